/**
 * `hostctl dead-man arm NAME SECONDS UNTIL <SCRIPT`, `disarm NAME`, `status NAME`: a process of its own that waits by a clock
 * that no step moves, and is lost with the host, as a transient timer of systemd is.
 * @param folder where it keeps its files, and `statusPath` the supervisor's, both as words of a shell
 */
export const deadManText = (folder: string, statusPath: string): string => `  unset LD_PRELOAD
  timer=${folder}/$3
  case $2 in
  arm)
    cat >"$timer.script" && printf '%s\\n' "$5" >"$timer.until" || exit 1
    rm -f "$timer.pid"
    setsid sh -c '
      echo $$ >"$1.pid"
      hundredths() { read -r up _ </proc/uptime; echo "\${up%.*}\${up#*.}"; }
      end=$(($(hundredths) + $2 * 100))
      while [ "$(hundredths)" -lt "$end" ]; do
        IFS="=" read -r _ supervisor 2>/dev/null <"$3" && kill -0 "$supervisor" 2>/dev/null || break
        sleep 0.2
      done
      rm -f "$1.until"
      [ "$(hundredths)" -lt "$end" ] || sh "$1.script"
      rm -f "$1.script" "$1.pid"
    ' dead-man "$timer" "$4" ${statusPath} </dev/null >/dev/null 2>&1 &
    while [ ! -s "$timer.pid" ]; do sleep 0.02; done
    exit 0 ;;
  disarm)
    read -r pid 2>/dev/null <"$timer.pid" && kill -- "-$pid" 2>/dev/null
    rm -f "$timer.script" "$timer.until" "$timer.pid"
    exit 0 ;;
  status)
    if read -r pid 2>/dev/null <"$timer.pid" && kill -0 "$pid" 2>/dev/null; then
      if read -r until 2>/dev/null <"$timer.until"; then echo "armed $until"; else echo acting; fi
    else
      echo none
    fi
    exit 0 ;;
  esac`;
