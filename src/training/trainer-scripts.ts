import { quoteForShell } from '../hosts/shell-quote.js';

/**
 * What a training runs on its machine, the bot's own or another: constant texts for `sh -c`, whose values all come
 * as arguments, but for the trainer's variables, which come by standard input: `ps` shows arguments. They need a
 * POSIX shell, awk, setsid of util-linux, GNU coreutils and `/proc`. Every answer begins with `ANSWER`.
 *
 * BASE/ID holds `asked`; `process` (who runs it: process id, its start time, the machine's boot, or
 * `given_up`), made once; `trainer` (the same of the trainer); `trainer.log`, `trainer.log.1`; `exit` in the end.
 */

/** Whatever a login prints before it is none of ours. */
export const ANSWER = 'lobml-trainer\n';
/** Input without it at its end did not arrive whole. */
export const INPUT_END = 'lobml-end';

/** Two files of this size are kept: the present one and the one before. */
const MAX_LOG_BYTES = 1024 * 1024;

/** A process id is used again after a while, and a start time after the next boot: only all three make it the same. */
const IDENTITY = `
boot=$(cat /proc/sys/kernel/random/boot_id)
start_of() {
  line=$(cat "/proc/$1/stat" 2> /dev/null) || return 1
  line=\${line##*) }
  set -- $line
  case $1 in Z|X) return 1 ;; esac
  shift 19
  printf '%s' "$1"
}
alive() { [ "$3" = "$boot" ] && [ "$(start_of "$1")" = "$2" ]; }
read_identity() { pid= start= machine=; read -r pid start machine 2> /dev/null < "$1"; }
`;

const PRELUDE = `
set -u
umask=$(umask)
umask 077
printf '${ANSWER.trimEnd()}\\n'
base=$1; id=$2
shift 2
state=$base/$id
refuse() { printf 'refused %s\\n' "$1"; exit 0; }
make_state() {
  error=$(mkdir -- "$base" 2>&1) || [ -d "$base" ] || refuse "$error"
  { [ ! -L "$base" ] && [ -O "$base" ]; } || refuse "Permission denied: $base belongs to somebody else"
  error=$(mkdir -- "$state" 2>&1) || [ -d "$state" ] || refuse "$error"
  cd -- "$state" || refuse 'Permission denied'
}
${IDENTITY}`;

/** Takes secrets out of the lines, and begins the file anew where it grows too long. A full disk costs lines. */
const MASK = `
function masked(text,  i, at, before) {
  for (i = 1; i <= count; i++) {
    if (secrets[i] == "") continue
    before = ""
    while ((at = index(text, secrets[i])) > 0) {
      before = before substr(text, 1, at - 1) "[redacted]"
      text = substr(text, at + length(secrets[i]))
    }
    text = before text
  }
  return text
}
BEGIN { count = split(ENVIRON["LOBML_SECRETS"], secrets, "\\n") }
{
  line = masked($0)
  print line >> "trainer.log"
  fflush("trainer.log")
  size += length(line) + 1
  if (size >= ${MAX_LOG_BYTES}) {
    close("trainer.log")
    system("mv -f trainer.log trainer.log.1")
    size = 0
  }
}`;

/** A progress bar writes its lines with carriage returns. mawk alone holds lines back unless told. */
const KEEP_LOG = `
unbuffered=
case $(awk -W version 2> /dev/null < /dev/null) in mawk*) unbuffered='-W interactive' ;; esac
lines() { if command -v stdbuf > /dev/null; then stdbuf -oL tr '\\r' '\\n'; else cat; fi; }
lines | awk $unbuffered ${quoteForShell(MASK)}
cat > /dev/null
`;

/** Ends the trainer at its time limit, whoever else is still there. */
const WATCH = `
${IDENTITY}
sleep "$3"
alive "$1" "$2" "$boot" || exit 0
: > timed_out
kill -s TERM -- "-$1"
sleep "$4"
alive "$1" "$2" "$boot" && kill -s KILL -- "-$1"
`;

/** A session of its own that outlives the connection. SIGTERM cancels. */
const SUPERVISE = `
set -u
state=$1; work=$2; limit=$3; grace=$4; memory=$5; umask=$6
shift 6
umask 077
cd -- "$state" || exit 1
input=$(cat)
exec < /dev/null
unpack() { secrets=$1; variables=$2; }
eval "unpack $input"
${IDENTITY}
trainer=; killer=; asked=; because=exited
stop() {
  asked=1
  { [ -n "$trainer" ] && [ "$because" = exited ]; } || return 0
  because=cancelled
  kill -s TERM -- "-$trainer"
  setsid sh -c 'sleep "$1"; kill -s KILL -- "-$2"' lobml-kill "$grace" "$trainer" &
  killer=$!
}
trap stop TERM
end() {
  printf '%s %s %s %s\\n' "$because" "$code" "$detail" "$(date -u +%Y-%m-%dT%H:%M:%SZ)" > exit.new &&
    mv -f -- exit.new exit
}
# Half a line, on a full disk, would be nobody's.
{ printf '%s %s %s\\n' "$$" "$(start_of "$$")" "$boot" > "process.$$" && ln -T -- "process.$$" process; } || because=late
rm -f -- "process.$$"
[ "$because" = exited ] || exit 0
: >> trainer.log
mkfifo log.fifo || { because=not_started; code=127; detail=mkfifo; end; exit 0; }
LOBML_SECRETS=$secrets LC_ALL=C setsid sh -c ${quoteForShell(KEEP_LOG)} lobml-log < log.fifo &
log=$!
# The trainer's own variables may have any other name.
lobml_setsid=$(command -v setsid)
lobml_fault=$state/not_started
(
  umask "$umask"
  ulimit -c 0
  ulimit -d "$memory"
  cd -- "$work" || { printf ENOENT > "$lobml_fault"; exit 127; }
  eval "$variables"
  case $1 in */*) [ -x "$1" ] ;; *) command -v "$1" > /dev/null ;; esac ||
    { printf ENOENT > "$lobml_fault"; exit 127; }
  exec "$lobml_setsid" "$@"
) > log.fifo 2>&1 &
trainer=$!
started=$(start_of "$trainer")
printf '%s %s %s\\n' "$trainer" "$started" "$boot" > trainer.new && mv -f -- trainer.new trainer
setsid sh -c ${quoteForShell(WATCH)} lobml-watch "$trainer" "$started" "$limit" "$grace" &
watch=$!
[ -z "$asked" ] || stop
while :; do
  asked=
  wait "$trainer"
  code=$?
  [ -n "$asked" ] || break
done
# What the trainer left running goes with it; what holds its output open after that is not waited for.
kill -s KILL -- "-$trainer"
turn=0
while [ "$turn" -lt 10 ] && start_of "$log" > /dev/null; do sleep 0.1; turn=$((turn + 1)); done
for group in "$log" "$watch" $killer; do kill -s KILL -- "-$group"; done
detail=-
[ ! -e timed_out ] || because=timed_out
if [ -e not_started ]; then because=not_started; detail=$(cat not_started); fi
rm -f -- log.fifo
end
`;

/**
 * Arguments: BASE ID, then where the trainer starts, the time limit and the grace in seconds, the bound on memory in
 * KiB, and the command.
 * Input: two words for a shell (what the log must not hold, line by line; the variables as `export` commands) and
 * `INPUT_END`.
 */
export const START_SCRIPT = `${PRELUDE}
work=$1; limit=$2; grace=$3; memory=$4
shift 4
missing=
for tool in awk date head ln mkfifo setsid sha256sum sleep stat tail; do
  command -v "$tool" > /dev/null || missing="$missing $tool"
done
[ -n "$boot" ] && [ -r /proc/self/stat ] || missing="$missing /proc"
if [ -n "$missing" ]; then printf 'missing%s\\n' "$missing"; exit 0; fi
input=$(cat)
case $input in *' ${INPUT_END}') ;; *) exit 1 ;; esac
make_state
if [ -e process ]; then printf 'started\\n'; exit 0; fi
[ -e asked ] || : > asked || refuse 'No space left on device'
printf '%s' "$input" |
  setsid sh -c ${quoteForShell(SUPERVISE)} lobml-train "$state" "$work" "$limit" "$grace" "$memory" "$umask" "$@" \\
    > /dev/null 2>&1 &
printf 'started\\n'
`;

/** Argument: how much of the log's end is wanted. Prints a line (`TrainerState` in words), then the log. */
export const LOOK_SCRIPT = `${PRELUDE}
look() {
  if [ -e exit ]; then printf 'ended %s\\n' "$(cat exit)"; return; fi
  if [ ! -e process ]; then
    if [ -e asked ]; then printf 'none %s\\n' "$(($(date +%s) - $(stat -c %Y asked)))"; else printf 'none\\n'; fi
    return
  fi
  read_identity process
  if [ "$pid" = given_up ]; then printf 'given_up\\n'
  elif alive "$pid" "$start" "$machine"; then printf 'running %s\\n' "$pid"
  # It may have ended between the two looks.
  elif [ -e exit ]; then printf 'ended %s\\n' "$(cat exit)"
  else printf 'lost\\n'
  fi
}
if [ ! -d "$state" ]; then printf 'none\\n'; exit 0; fi
cd -- "$state" || exit 1
look
cat trainer.log.1 trainer.log 2> /dev/null | tail -c "$1"
`;

/** Prints `given_up`, or `taken` where a runner was faster. */
export const GIVE_UP_SCRIPT = `${PRELUDE}
make_state
if printf 'given_up\\n' > "process.$$" && ln -T -- "process.$$" process 2> /dev/null; then said=given_up; else said=taken; fi
rm -f -- "process.$$"
printf '%s\\n' "$said"
`;

/** Argument: `cancel`, or `orphan` for a trainer whose runner is gone already. */
export const CANCEL_SCRIPT = `${PRELUDE}
if [ ! -d "$state" ]; then printf 'done\\n'; exit 0; fi
cd -- "$state" || exit 1
read_identity process
if [ "$1" = cancel ] && alive "$pid" "$start" "$machine"; then
  kill -TERM "$pid"
else
  read_identity trainer
  if [ -n "$pid" ] && alive "$pid" "$start" "$machine"; then kill -s KILL -- "-$pid"; fi
fi
printf 'done\\n'
`;

/** Arguments: the file's name and the most bytes it may have. */
export const DESCRIBE_SCRIPT = `${PRELUDE}
file=$state/$1
if [ -L "$file" ]; then printf 'other\\n'
elif [ ! -e "$file" ]; then [ -d "$state" ] || exit 1; printf 'absent\\n'
elif [ ! -f "$file" ]; then printf 'other\\n'
else
  size=$(stat -c %s -- "$file") || exit 1
  if [ "$size" -gt "$2" ]; then printf 'large\\n'; exit 0; fi
  sha256=$(sha256sum < "$file") || exit 1
  printf 'file %s %s\\n' "$size" "\${sha256%% *}"
fi
`;

/** Arguments: the file's name, the first byte (counted from 1) and how many. */
export const READ_SCRIPT = `${PRELUDE}
printf 'bytes\\n'
tail -c "+$2" -- "$state/$1" | head -c "$3"
`;
