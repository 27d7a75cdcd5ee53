# What the launcher of a checkout and that of the distribution share. It needs nothing on the PATH but Java.
#   find_java        finds Java and checks its version
#   launch "$@"      becomes Lancet; CLASSPATH says where it is

fail() {
    echo "error: $1" >&2
    exit 1
}

find_java() {
    if [ -n "${JAVA_HOME:-}" ]; then
        java=$JAVA_HOME/bin/java
        [ -x "$java" ] || fail "no Java: $java; set JAVA_HOME to a JDK 17 or newer"
    else
        java=$(command -v java) || fail "no Java: java is not on the PATH; install a JDK 17 or newer, or set JAVA_HOME"
    fi
    # "17", "25" -> 17, 25; "1.8" -> 1
    settings=$("$java" -XshowSettings:properties -version 2>&1) || settings=
    version=
    case $settings in
        *'java.specification.version = '*)
            version=${settings#*java.specification.version = }
            version=${version%%[!0-9]*}
            ;;
    esac
    [ -n "$version" ] || fail "Java of unknown version: $java; set JAVA_HOME to a JDK 17 or newer"
    [ "$version" -ge 17 ] || fail "Java too old: $java is $version; set JAVA_HOME to a JDK 17 or newer"
}

launch() {
    # What TensorFlow writes of its own log: errors, or with -v everything.
    export TF_CPP_MIN_LOG_LEVEL="${TF_CPP_MIN_LOG_LEVEL:-2}"

    # NVIDIA_TF32_OVERRIDE is read by CUDA's libraries when they are opened; TensorFlow's C interface has no switch for it.
    before=
    for argument in "$@"; do
        case $before$argument in
            -v | --verbose) export TF_CPP_MIN_LOG_LEVEL=0 ;;
            --tf32off | --tf32=off) export NVIDIA_TF32_OVERRIDE=0 ;;
            --tf32on | --tf32=on) unset NVIDIA_TF32_OVERRIDE ;;
        esac
        before=
        [ "$argument" = --tf32 ] && before=--tf32
    done

    # Java takes the letters of arguments and paths by the locale, and bare containers have none.
    case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
        *[Uu][Tt][Ff]-8* | *[Uu][Tt][Ff]8*) ;;
        *) export LC_ALL=C.UTF-8 ;;
    esac

    # Java cannot tell: progress is a bar on a terminal and plain lines elsewhere.
    LANCET_TERMINAL=0
    [ -t 2 ] && LANCET_TERMINAL=1
    export LANCET_TERMINAL
    if [ -z "${LANCET_COLUMNS:-}" ] && [ -t 1 ]; then
        # Rows and columns.
        size=$(stty size 2>/dev/null </dev/tty) || size=
        LANCET_COLUMNS=${size#* }
        export LANCET_COLUMNS
    fi

    # Matrices in pages of 2 MB where the system lets processes ask for them (glibc): fewer misses of the address cache.
    export GLIBC_TUNABLES="${GLIBC_TUNABLES:-glibc.malloc.hugetlb=1:glibc.malloc.arena_max=1}"
    # Each session of TensorFlow has threads of its own: a training wants one for each stream, others all for each operator.
    export TF_OVERRIDE_GLOBAL_THREADPOOL="${TF_OVERRIDE_GLOBAL_THREADPOOL:-1}"

    # The class path as a variable keeps the list of processes readable.
    export CLASSPATH
    # shellcheck disable=SC2086
    exec "$java" "@$shared/java.options" ${LANCET_JAVA_OPTS:-} dev.lancet.cli.Main "$@"
}
