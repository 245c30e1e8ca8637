/**
 * What the ssh adapter runs on a host: constant texts for `sh -c`, whose values all come as arguments. They need
 * GNU coreutils and findutils. Arguments: the path, four of the script's own, then the folders that are allowed.
 */

export const REMOTE_EXIT = {
  outsideFolder: 65,
  notFound: 66,
  notAFile: 67,
  tooLarge: 68,
  changedSincePlan: 69,
  wrongContent: 70,
} as const;

const PRELUDE = `
set -eu
LC_ALL=C; export LC_ALL
umask 077
path=$1; a=$2; b=$3; c=$4; d=$5
shift 5
inside() {
  asked=$1; shift
  for folder do
    folder=$(readlink -m -- "$folder")
    case $asked/ in "\${folder%/}"/*) return 0 ;; esac
  done
  exit ${REMOTE_EXIT.outsideFolder}
}
real=$(readlink -m -- "$path")
inside "$real" "$@"
`;

const DESCRIBE = `stat --printf='%s %u %g %a %.9Y %.9Z %d:%i %F\\n' -- "$real"`;

/** Prints the real path, NUL, one line of facts, and a line for each symbolic link on the way: when it was set. */
export const STAT_SCRIPT = `${PRELUDE}
links() {
  at=$1
  while [ -n "$at" ] && [ "\${at#*/}" != "$at" ]; do
    if [ -L "$at" ] && [ "\${#2}" -lt 40 ]; then
      stat -c %.9Z -- "$at"
      target=$(readlink -- "$at")
      case $target in /*) ;; *) target=\${at%/*}/$target ;; esac
      (links "$target" "$2.")
    fi
    at=\${at%/*}
  done
}
facts=$(${DESCRIBE})
printf '%s\\0%s\\n' "$real" "$facts"
links "$path" ''
`;

/** The same, then the file's bytes. a: the size that is still accepted. */
export const READ_SCRIPT = `${PRELUDE}
facts=$(${DESCRIBE})
[ -f "$real" ] || exit ${REMOTE_EXIT.notAFile}
[ "\${facts%% *}" -le "$a" ] || exit ${REMOTE_EXIT.tooLarge}
printf '%s\\0%s\\n' "$real" "$facts"
exec head -c "$((a + 1))" -- "$real"
`;

export const SHA256_SCRIPT = `${PRELUDE}
stat -- "$real" > /dev/null
[ -f "$real" ] || exit ${REMOTE_EXIT.notAFile}
exec sha256sum < "$real"
`;

/** Prints a record for each plain file: facts, then the name, closed by NUL. */
export const LIST_SCRIPT = `${PRELUDE}
printf '%s\\0' "$real"
exec find "$real" -mindepth 1 -maxdepth 1 -type f ! -name '.*' -printf '%s %U %G %m %T@ %C@ %D:%i %f\\0'
`;

/**
 * With `sudo` these scripts run as root in folders of the service's account, which may exchange every name there at any
 * moment. So what is made is made in a folder that nobody else may enter, by its handle (the working folder) alone, and
 * put in its place by the handle of the folder around it. No link is followed on the way.
 */
const PRIVATE = `
work=
leave() { [ -z "$work" ] || { rm -f ./new && cd -P .. && rmdir -- "\${work##*/}"; } 2> /dev/null; }
enter() {
  work=$(mktemp -d -- "$1/.lobml-XXXXXXXXXX")
  cd -P -- "$work" || { work=; exit ${REMOTE_EXIT.changedSincePlan}; }
  if [ "$(stat -c '%u %a' .)" != "$(id -u) 700" ] || [ "$(cd -P .. && pwd -P)" != "$1" ]; then
    work=; exit ${REMOTE_EXIT.changedSincePlan}
  fi
}
plain() { [ -f "$1" ] && [ ! -L "$1" ]; }
trap leave EXIT
trap 'exit 1' HUP INT TERM PIPE
`;

/**
 * Replaces a file by what comes in, in one step. a: the SHA-256 that the file must still have (empty: any);
 * b: where to keep the old one (empty: nowhere); c: the mode (empty: as it was); d: the SHA-256 of what comes
 * in, a space, and the mode of a new file. A connection that breaks must not leave half a file, hence the hash.
 */
export const REPLACE_SCRIPT = `${PRELUDE}${PRIVATE}
digest() { sha256sum < "$1" | cut -c 1-64; }
if [ -L "$path" ] && [ ! -e "$path" ]; then exit ${REMOTE_EXIT.notFound}; fi
folder=$(dirname -- "$real")
name=\${real##*/}
enter "$folder"
cat > new
[ "$(digest new)" = "\${d%% *}" ] || exit ${REMOTE_EXIT.wrongContent}
if [ -L "../$name" ]; then exit ${REMOTE_EXIT.changedSincePlan}; fi
owner=$(stat -c '%u:%g' ..)
mode=\${d##* }
if [ -e "../$name" ]; then
  plain "../$name" || exit ${REMOTE_EXIT.notAFile}
  facts=$(stat -c '%u:%g %a' -- "../$name")
  owner=\${facts% *}
  mode=\${facts#* }
fi
[ "$(stat -c '%u:%g' new)" = "$owner" ] || chown "$owner" new
chmod "\${c:-$mode}" new
unchanged() {
  [ -z "$a" ] || [ "$(if [ -e "../$name" ]; then digest "../$name"; else digest /dev/null; fi)" = "$a" ]
}
unchanged || exit ${REMOTE_EXIT.changedSincePlan}
if [ -n "$b" ] && [ -e "../$name" ]; then
  backup=$(readlink -m -- "$b")
  inside "$backup" "$@"
  if [ ! -e "$backup" ]; then
    (
      around=$(dirname -- "$backup")
      enter "$around"
      trap leave EXIT
      cp -pP -- "$real" new
      plain new || exit ${REMOTE_EXIT.changedSincePlan}
      sync new
      ln -T new "../\${backup##*/}"
      sync ..
    )
  fi
fi
sync new
unchanged || exit ${REMOTE_EXIT.changedSincePlan}
mv -T new "../$name"
sync ..
`;

/** a: where the copy goes. */
export const COPY_SCRIPT = `${PRELUDE}${PRIVATE}
[ -f "$real" ] || exit ${REMOTE_EXIT.notAFile}
if [ -L "$a" ] && [ ! -e "$a" ]; then exit ${REMOTE_EXIT.notFound}; fi
to=$(readlink -m -- "$a")
inside "$to" "$@"
folder=$(dirname -- "$to")
enter "$folder"
cp -pP -- "$real" new
plain new || exit ${REMOTE_EXIT.changedSincePlan}
sync new
mv -T new "../\${to##*/}"
sync ..
`;

export const REMOVE_SCRIPT = `${PRELUDE}
folder=$(dirname -- "$real")
[ -d "$folder" ] || exit 0
cd -P -- "$folder"
[ "$(pwd -P)" = "$folder" ] || exit ${REMOTE_EXIT.changedSincePlan}
rm -f -- "./\${real##*/}"
`;
