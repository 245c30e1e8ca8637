/**
 * The line edit of `environment-edit.ts` for one variable, in what every host has: a POSIX shell, awk and GNU coreutils.
 * The same state machine as `environment-scan.ts` finds the assignment in force; every other byte is copied.
 */

/**
 * Reads the bytes of a file as numbers. Prints `at START END OPEN VALUE` (of the last assignment of the flag, the value as
 * numbers) or `none BEFORE AFTER` (what must stand around a line at the end, for printf), a line with a dot, and then every
 * other assignment, to be compared. Ends with 3 for a file that systemd refuses. `continues`: as systemd before 254, where
 * a backslash continues a comment.
 */
const SCAN = `
function blank(n) { return n == 32 || n == 9 || n == 10 || n == 13 }
function push(closed, n) {
  n = name
  sub(/[ \\t]+$/, "", n)
  if (n == flag) {
    found = 1; first = from; last = (c == 10 && prev == 13) ? p - 1 : p; open = !closed; set = value
  } else others = others n "=" value "\\n"
  state = "line"
}
function trim() { if (trimmed >= 0) value = substr(value, 1, trimmed) }
function add(n) { value = value sprintf(",%03d", n) }
function take() {
  end = (c == 10 || c == 13)
  if (state == "line") {
    if (c == 35 || c == 59) state = "comment"
    else if (!blank(c)) { from = p; name = char[c]; state = "name" }
  } else if (state == "name") {
    if (end) state = "line"
    else if (c == 61) { value = ""; trimmed = -1; state = "before" }
    else name = name char[c]
  } else if (state == "before") {
    if (end) push(1)
    else if (c == 39) state = "single"
    else if (c == 34) state = "double"
    else if (c == 92) state = "escape"
    else if (!blank(c)) { add(c); state = "value" }
  } else if (state == "value") {
    if (end) { trim(); push(1) }
    else if (c == 92) { trimmed = -1; state = "escape" }
    else { if (!blank(c)) trimmed = -1; else if (trimmed < 0) trimmed = length(value); add(c) }
  } else if (state == "escape") { if (!end) add(c); state = "value" }
  else if (state == "single") { if (c == 39) state = "before"; else add(c) }
  else if (state == "double") {
    if (c == 34) state = "before"; else if (c == 92) state = "quoted"; else add(c)
  } else if (state == "quoted") {
    if (c == 34 || c == 92 || c == 96 || c == 36) add(c); else if (c != 10) { add(92); add(c) }
    state = "double"
  } else if (state == "comment") { if (c == 92) state = "slash"; else if (end) state = "line" }
  else state = (end && !continues) ? "line" : "comment"
}
BEGIN { for (n = 1; n < 256; n++) char[n] = sprintf("%c", n); state = "line"; p = 0; crlf = -1 }
{
  for (field = 1; field <= NF; field++) {
    c = $field + 0
    if (c == 0) { refused = 1; exit }
    take()
    if (c == 10 && crlf < 0) crlf = (prev == 13)
    third = second; second = prev; prev = c; p++
  }
}
END {
  if (refused || p != size) exit 3
  c = -1
  if (state == "value") trim()
  if (state == "before" || state == "value" || state == "escape") push(1)
  else if (state == "single" || state == "double" || state == "quoted") push(0)
  if (found) printf "at %d %d %d %s\\n", first, last, open, set
  else {
    line = (crlf == 1) ? "\\\\r\\\\n" : "\\\\n"
    closes = (prev == 10 || prev == 13)
    final = !closes ? prev : (prev == 10 && second == 13) ? third : second
    guard = (final == 92) ? line : ""
    if (size == 0) printf "none - %s\\n", line
    else if (closes) printf "none %s %s\\n", guard == "" ? "-" : guard, line
    else printf "none %s -\\n", line guard
  }
  printf ".\\n%s", others
}
`;

/**
 * Shell functions. `edit_file FILE set|change`: puts the flag to off in the file (`change`: only where it sets it), in one
 * step, with owner and mode as they were; 0: it stands there. Nothing of a file's other lines becomes a word of a program.
 * They use `flag`, `line` (the assignment as it is written), `value` (off, as numbers) and the function `is_inside`.
 */
export const EDIT_FLAG = `
scanner='${SCAN}'
scan() {
  od -An -v -tu1 -- "$1" | { awk -v flag="$flag" -v continues="$2" -v size="$(stat -c %s -- "$1")" "$scanner" || exit 3; }
}
digest() { sha256sum < "$1" | cut -c 1-64; }
newline='
'
others() { printf '%s' "\${1#*"$newline"}"; }
# The flag is off in both files, by the rules since systemd 254 and before, and all else is as it was.
only_flag_changed() {
  for rules in 0 1; do
    was=$(scan "$1" "$rules") || return 1
    is=$(scan "$2" "$rules") || return 1
    [ "$(others "$was")" = "$(others "$is")" ] || return 1
    case "\${is%%"$newline"*}" in "at "*" 0 $value") ;; *) return 1 ;; esac
  done
}
put_line() {
  found=$(scan "$old" 0) || return 1
  set -f
  set -- \${found%%"$newline"*}
  set +f
  if [ "$1" = at ]; then
    [ "$4" = 0 ] || return 1
    { head -c "$2" -- "$old" && printf '%s' "$line" && tail -c +"$(($3 + 1))" -- "$old"; } > "$new"
  else
    [ "$2" = - ] && before= || before=$2
    [ "$3" = - ] && after= || after=$3
    { cat -- "$old" && printf "$before" && printf '%s' "$line" && printf "$after"; } > "$new"
  fi
}
# The folder may be the service's account's, which may exchange its names for links: what is made is made in one that
# nobody else may enter, by its handle alone.
work=
enter() {
  work=$(mktemp -d -- "$1/.lobml-XXXXXXXXXX") || return 1
  cd -P -- "$work" || { work=; return 1; }
  if [ "$(stat -c '%u %a' .)" = "$(id -u) 700" ] && [ "$(cd -P .. && pwd -P)" = "$1" ]; then return 0; fi
  work=
  return 1
}
leave() {
  if [ -n "$work" ]; then rm -f ./old ./new && cd -P .. && rmdir -- "\${work##*/}"; fi
  work=
  cd /
}
# 0: it stands there; 1: it cannot be; 75: somebody else has written meanwhile.
edit_once() {
  if [ -L "$1" ] && [ ! -e "$1" ]; then return 1; fi
  real=$(readlink -f -- "$1") || return 1
  is_inside "$real" || return 1
  folder=$(dirname -- "$real")
  present=
  if [ -e "$real" ]; then
    [ -f "$real" ] && [ "$(stat -c %s -- "$real")" -le 1048576 ] || return 1
    present=yes
  fi
  [ "$2$present" != change ] || return 0
  name=\${real##*/}
  enter "$folder" || return 1
  old=old new=new
  : > old
  owner=$(stat -c '%u:%g' ..) || return 1
  mode=640
  if [ -n "$present" ]; then
    [ ! -L "../$name" ] || return 1
    # Of the very file that is read, whatever its name leads to by now.
    { facts=$(stat -L -c '%u:%g %a' /proc/self/fd/3) && cat <&3 > old; } 3< "../$name" || return 1
    owner=\${facts% *}
    mode=\${facts#* }
  fi
  if [ "$2" = change ]; then
    found=$(scan "$old" 0) || return 1
    case "\${found%%"$newline"*}" in
    "at "*" 0 $value" | "none "*) return 0 ;;
    esac
  fi
  put_line && only_flag_changed "$old" "$new" || return 1
  [ -z "$present" ] || [ "$(digest old)" != "$(digest new)" ] || return 0
  [ "$(stat -c '%u:%g' new)" = "$owner" ] || chown "$owner" new || return 1
  chmod "$mode" new || return 1
  timeout 5 sync new || :
  if [ -n "$present" ]; then
    [ "$(digest "../$name")" = "$(digest old)" ] || return 75
  else
    [ ! -e "../$name" ] || return 75
  fi
  mv -f -T new "../$name" || return 1
  timeout 5 sync .. || :
  changed=yes
}
edit_file() {
  for try in 1 2 3 4 5; do
    edit_once "$1" "$2" && did=0 || did=$?
    leave
    [ "$did" = 75 ] || return "$did"
  done
  return 1
}
`;
