#!/usr/bin/env bash
# The one command that tests everything, at a desk and in CI.
#
#   ./check.sh                 everything: format, vet, staticcheck, static build, all tests
#                              (SQLite, PostgreSQL, pages, browser; -race where it pays), vulnerabilities
#   ./check.sh quick           the desk loop: format, vet, tests with go's cache; installs nothing,
#                              and what needs a browser or PostgreSQL skips when that is missing
#   ./check.sh battery [NAME…] the longer checks (battery/run.sh; without a name: the list)
#
# It installs what it needs where it may (Debian, as root or with sudo that asks nothing); elsewhere
# it names the missing package and stops. It prints one line a stage and, last, the counts.
# With WAYMARK_KEEP_LOGS=DIR the full output of each stage stays in DIR.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")" || exit 1

# Where -race pays: these packages share state between goroutines.
race='^waymark/internal/(accounts|api|jobs|monitoring|publication|store|web)(/|$)'
# Reference files beside the repository; tests that read them skip when they are absent.
shared=${WAYMARK_SHARED:-../shared}

# A clone owned by somebody else has no readable version control: never stamp the build with it.
export GOFLAGS="${GOFLAGS:+$GOFLAGS }-buildvcs=false"

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
logs=${WAYMARK_KEEP_LOGS:-$work}
mkdir -p "$logs" || exit 1
counts=$work/counts
: >"$counts"
broken=0 # stages that failed otherwise than by counted tests

# stage NAME COMMAND… runs one stage and prints its line: result, name, seconds, what it noted.
# A stage that fails is shown whole. Exit 77 means that it could not run, and its note says why.
stage() {
	local name=$1 start=$SECONDS rc word
	shift
	rm -f "$work/note"
	"$@" >"$logs/$name.log" 2>&1 </dev/null
	rc=$?
	case $rc in
	0) word=ok ;;
	77) word=SKIPPED ;;
	*) word=FAILED ;;
	esac
	printf '%-8s %-14s %4d s  %s\n' "$word" "$name" $((SECONDS - start)) "$(cat "$work/note" 2>/dev/null)"
	if [ $rc -ne 0 ] && [ $rc -ne 77 ]; then sed 's/^/    /' "$logs/$name.log"; fi
	if [ $rc -eq 0 ]; then grep -E '^(SKIPPED|slow|WARNING) ' "$logs/$name.log" | sed 's/^/    /'; fi
	return $rc
}

note() { printf '%s' "$*" >"$work/note"; }

stop() {
	echo "check.sh: $*" >&2
	exit 1
}

# --- what the machine must have -----------------------------------------------------------------

has_browser() {
	[ -n "${WAYMARK_CHROMIUM:-}" ] && [ -x "$WAYMARK_CHROMIUM" ] && return
	command -v chromium || command -v chromium-browser || command -v google-chrome || command -v google-chrome-stable
}
has_postgresql() { command -v initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb'; }
has_compiler() { echo '#include <stdlib.h>
int main(void){return 0;}' | "${CC:-gcc}" -x c -o "$work/cc" -; }
has_fonts() { compgen -G '/usr/share/fonts/truetype/noto/NotoSansArabic*' || fc-list :lang=ar family | grep -q .; }

# need TEST PACKAGES WHY adds Debian packages to $missing when TEST fails.
need() {
	"$1" >/dev/null 2>&1 || missing+=("$2|$3")
}

list_missing() {
	missing=()
	need has_browser chromium "the browser tests drive it"
	need has_fonts fonts-noto-core "pages are measured in Arabic too"
	need has_postgresql postgresql "the store tests run on a throwaway server of it"
	need has_compiler "gcc libc6-dev" "go test -race needs a C compiler"
}

set_up() {
	list_missing
	[ ${#missing[@]} -eq 0 ] && return 0
	local apt='' packages=()
	if command -v apt-get >/dev/null; then
		if [ "$(id -u)" -eq 0 ]; then apt='env'; elif sudo -n true 2>/dev/null; then apt='sudo -n env'; fi
	fi
	for m in "${missing[@]}"; do read -ra p <<<"${m%%|*}" && packages+=("${p[@]}"); done
	if [ -n "$apt" ]; then
		echo "installing ${packages[*]}"
		$apt DEBIAN_FRONTEND=noninteractive apt-get -q update
		$apt DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${packages[@]}"
		list_missing
		[ ${#missing[@]} -eq 0 ] && note "installed ${packages[*]}" && return 0
	fi
	for m in "${missing[@]}"; do
		echo "Missing: ${m%%|*}, because ${m#*|}. On Debian: apt-get install ${m%%|*}"
	done
	return 1
}

go_is_there() {
	command -v go >/dev/null || stop "Go is missing. Install Go 1.26 or newer and put it on the PATH."
	go version >/dev/null 2>&1 || stop "go does not start: $(go version 2>&1 | head -n 1)"
}

# --- the stages -----------------------------------------------------------------------------------

go_files() { find . -name '*.go' -not -path './.git/*' -not -path '*/node_modules/*'; }

format() {
	local wrong
	wrong=$(go_files | xargs gofmt -l) || return 1
	[ -z "$wrong" ] && return
	echo "These files are not formatted. Mend them: gofmt -w FILE"
	echo "$wrong"
	return 1
}

vet() { go vet ./... && go -C tools vet ./...; }

# tool NAME gives the path of a tool of tools/go.mod, built once and kept in go's build cache.
tool() { (cd tools && go tool -n "$1"); }

static_check() {
	local bin
	bin=$(tool staticcheck) && "$bin" ./...
}

# The product is one static binary: it is built as it is shipped, without cgo.
build() {
	if [ ! -d cmd/waymark ]; then
		note "cmd/waymark is not there yet"
		return 77
	fi
	CGO_ENABLED=0 go build -trimpath -o "$work/waymark" ./cmd/waymark || return 1
	if ! go version -m "$work/waymark" | grep -q 'CGO_ENABLED=0'; then
		echo "the binary does not say CGO_ENABLED=0"
		return 1
	fi
	note "waymark $(($(stat -c %s "$work/waymark") / 1000000)) MB"
}

# summed NAME GO-TEST-ARGUMENTS… runs go test and sums it up.
summed() {
	local json=$logs/go-test-$1.json
	shift
	go test -json -vet=off "$@" >"$json" 2>&1
	"$work/testsum" -counts "$counts" <"$json" | tee "$work/sum"
	local rc=${PIPESTATUS[0]}
	note "$(tail -n 1 "$work/sum")"
	return "$rc"
}

# packages PATTERN-TO-KEEP PATTERN-TO-DROP lists the packages that have tests.
packages() {
	go list -e -f '{{if or .TestGoFiles .XTestGoFiles}}{{.ImportPath}}{{end}}' ./... |
		grep -E "${1:-.}" | grep -vE "${2:-^$}"
}

tests() {
	local p
	mapfile -t p < <(packages '' "$race|^waymark/e2e\$")
	[ ${#p[@]} -gt 0 ] || { echo "no package has tests"; return 1; }
	summed tests -count=1 "${p[@]}"
}
race_tests() {
	local p
	mapfile -t p < <(packages "$race")
	[ ${#p[@]} -gt 0 ] || { note "no such package has tests yet"; return 77; }
	CGO_ENABLED=1 summed race -race -count=1 "${p[@]}"
}
browser_tests() { summed browser -count=1 -timeout 20m ./e2e; }
tools_tests() { go -C tools test ./...; }

# Vulnerabilities: the cut of the database beside the repository when it is there, else the public one.
vulnerabilities() {
	local bin rc db=()
	bin=$(tool govulncheck) || return 1
	if [ -d "$shared/vulndb" ]; then
		db=(-db "file://$(cd "$shared/vulndb" && pwd)")
		note "with the cut of the database beside the repository"
	else
		note "with the public database"
	fi
	"$bin" "${db[@]}" ./...
	rc=$?
	if [ $rc -ne 0 ] && [ $rc -ne 3 ] && [ ${#db[@]} -eq 0 ]; then
		note "the public database cannot be reached: NOT SHOWN"
		return 77
	fi
	return $rc
}

# check NAME COMMAND… is a stage whose failure counts as one.
check() {
	stage "$@"
	case $? in 0 | 77) ;; *) broken=$((broken + 1)) ;; esac
}

# check_tests NAME COMMAND… is a stage whose failed tests are counted one by one, in $counts.
check_tests() {
	local before
	before=$(wc -l <"$counts")
	stage "$@"
	case $? in
	0 | 77) ;;
	*) tail -n "+$((before + 1))" "$counts" | grep -qvE '^[0-9]+ 0 ' || broken=$((broken + 1)) ;;
	esac
}

finish() {
	local passed=0 failed=$broken skipped=0 p f s
	while read -r p f s; do passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s)); done <"$counts"
	echo "$SECONDS s in all"
	echo "$passed passed, $failed failed, $skipped skipped"
	[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
}

go_is_there
case ${1:-all} in
all)
	stage set-up set_up || stop "the machine lacks what is named above. './check.sh quick' runs without it."
	stage tools go -C tools build -o "$work/testsum" ./testsum || stop "the tools do not build"
	check format format
	check vet vet
	check staticcheck static_check
	check build build
	check_tests tests tests
	check_tests race-tests race_tests
	check_tests browser-tests browser_tests
	check tools-tests tools_tests
	check vulnerabilities vulnerabilities
	finish
	;;
quick)
	stage tools go -C tools build -o "$work/testsum" ./testsum || stop "the tools do not build"
	check format format
	check vet vet
	mapfile -t quick < <(packages '' '^waymark/e2e$')
	check_tests tests summed quick "${quick[@]}"
	finish
	;;
battery)
	shift
	exec battery/run.sh "$@"
	;;
*)
	echo "usage: ./check.sh [quick | battery [NAME…]]" >&2
	exit 2
	;;
esac
