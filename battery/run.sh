#!/usr/bin/env bash
# The longer checks: what takes too long for check.sh, or needs a tool that check.sh does not install.
#
#   battery/run.sh              lists them
#   battery/run.sh NAME…        runs those named
#   battery/run.sh all          runs every one
#
# Each prints one line with its figures: SHOWN, FAILED, or NOT SHOWN with the tool or right it lacks.
# What is not shown is not passed: the exit code is 0 only when nothing failed, and the closing line
# counts what was not shown. The load is bounded in time and goes to 127.0.0.1 alone.
#
# Settings: FUZZTIME (a target's time, 60s), SECONDS_OF_LOAD (20), PICTURES (a folder for what is looked at).
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
export GOFLAGS="${GOFLAGS:+$GOFLAGS }-buildvcs=false"

names=(race fuzz modules reproducible offline dead load pages150k lighthouse greyprint pairs tampering edits vintage cells gosec gitleaks wapiti sqlmap)
work=$(mktemp -d) || exit 1
started=()
clean() {
	for p in "${started[@]}"; do kill "$p" 2>/dev/null && wait "$p" 2>/dev/null; done
	rm -rf "$work"
}
trap clean EXIT

shown=0 failed=0 missing=0
# say RESULT NAME FIGURES
say() {
	printf '%-10s %-13s %s\n' "$1" "$2" "$3"
	case $1 in
	SHOWN) shown=$((shown + 1)) ;;
	FAILED) failed=$((failed + 1)) ;;
	*) missing=$((missing + 1)) ;;
	esac
}
indent() { sed 's/^/    /'; }

# The program as shipped, built once; serve starts it on a database of its own and sets $url.
build() {
	[ -x "$work/waymark" ] || CGO_ENABLED=0 go build -trimpath -o "$work/waymark" ./cmd/waymark
}
# serve NAME says itself why NAME cannot go on.
url=
serve() {
	[ -n "$url" ] && return # it runs already
	[ -d cmd/waymark ] || { say "NOT SHOWN" "$1" "cmd/waymark is not there yet"; return 1; }
	build || { say FAILED "$1" "the program does not build"; return 1; }
	rm -f "$work/first"
	"$work/waymark" serve --db "$work/battery.db" --listen 127.0.0.1:0 >"$work/first" 2>"$work/server.log" </dev/null &
	started+=($!)
	for _ in $(seq 100); do
		url=$(sed -n 's|^listening on \(http://[^ ]*\)/$|\1|p' "$work/first" | head -n 1)
		[ -n "$url" ] && return
		sleep 0.2
	done
	indent <"$work/server.log"
	say FAILED "$1" "the program does not start"
	return 1
}

# find_chromium sets $chrome.
chrome=
find_chromium() {
	local c
	for c in "${WAYMARK_CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
		chrome=$(command -v "$c" 2>/dev/null) && [ -n "$chrome" ] && return
	done
	return 1
}

about_race="all tests under the race detector"
race() {
	if CGO_ENABLED=1 go test -race -count=1 ./... >"$work/race" 2>&1; then
		say SHOWN race "$(grep -c '^ok' "$work/race") packages, no race"
	else
		grep -vE '^(ok|\?)' "$work/race" | indent
		say FAILED race "see above"
	fi
}

about_fuzz="every fuzz target for FUZZTIME"
fuzz() {
	local time=${FUZZTIME:-60s} n=0 bad=0 file target
	while IFS=: read -r file target; do
		n=$((n + 1))
		if ! go test -run '^$' -fuzz "^$target\$" -fuzztime "$time" "./$(dirname "$file")" >"$work/fuzz" 2>&1; then
			bad=$((bad + 1))
			echo "    $target in $file"
			tail -n 20 "$work/fuzz" | indent
		fi
	done < <(grep -rnoE --include='*_test.go' '^func Fuzz[A-Za-z0-9_]+' internal | sed -E 's/:[0-9]+:func /:/')
	if [ $bad -gt 0 ]; then
		say FAILED fuzz "$bad of $n targets, $time each; the finds are in testdata/fuzz: keep them"
	elif [ $n -eq 0 ]; then
		say "NOT SHOWN" fuzz "there is no fuzz target"
	else
		say SHOWN fuzz "$n targets, $time each, no find"
	fi
}

about_modules="go.mod is tidy and the modules are what go.sum says"
modules() {
	go mod tidy -diff >"$work/tidy" 2>&1 && go mod verify >>"$work/tidy" 2>&1 &&
		go -C tools mod tidy -diff >>"$work/tidy" 2>&1 && say SHOWN modules "tidy, verified" && return
	if grep -qE 'dial tcp|no such host|i/o timeout' "$work/tidy"; then
		say "NOT SHOWN" modules "a module is not on this machine and cannot be fetched"
	else
		head -n 40 "$work/tidy" | indent
		say FAILED modules "see above"
	fi
}

about_reproducible="two builds in two folders give the same bytes"
reproducible() {
	[ -d cmd/waymark ] || { say "NOT SHOWN" reproducible "cmd/waymark is not there yet"; return; }
	mkdir -p "$work/elsewhere" && cp -R go.mod go.sum cmd internal "$work/elsewhere/" || return
	local a b
	CGO_ENABLED=0 go build -trimpath -o "$work/a" ./cmd/waymark &&
		(cd "$work/elsewhere" && CGO_ENABLED=0 go build -trimpath -o "$work/b" ./cmd/waymark) ||
		{ say FAILED reproducible "it does not build"; return; }
	a=$(sha256sum <"$work/a") b=$(sha256sum <"$work/b")
	if [ "$a" = "$b" ]; then say SHOWN reproducible "sha256 ${a%% *}"; else say FAILED reproducible "${a%% *} and ${b%% *}"; fi
}

about_offline="the tests pass without a network: nothing calls out"
offline() {
	if ! unshare -rn true 2>/dev/null; then
		say "NOT SHOWN" offline "unshare may not make a network namespace here"
		return
	fi
	go mod download 2>/dev/null
	if unshare -rn sh -c 'ip link set lo up 2>/dev/null || ifconfig lo up; GOPROXY=off GOFLAGS="$GOFLAGS -mod=readonly" go test -count=1 ./...' >"$work/offline" 2>&1; then
		say SHOWN offline "$(grep -c '^ok' "$work/offline") packages"
	else
		grep -vE '^(ok|\?)' "$work/offline" | tail -n 60 | indent
		say FAILED offline "see above"
	fi
}

about_dead="no function that neither the program nor a test reaches"
dead() {
	local bin
	bin=$(cd tools && go tool -n deadcode) && "$bin" -test ./... >"$work/dead" 2>&1 || { indent <"$work/dead"; say FAILED dead "deadcode does not run"; return; }
	if [ -s "$work/dead" ]; then
		indent <"$work/dead"
		say FAILED dead "$(wc -l <"$work/dead") functions are reached by nothing"
	else
		say SHOWN dead "none"
	fi
}

about_load="cached pages beside a plain file server with the same bytes: at least two thirds of its speed"
load() {
	serve load || return
	local out rc=0 page
	for page in /en/ /en/targets/T1 /ar/countries; do
		out=$(go run ./battery/load -url "$url$page" -seconds "${SECONDS_OF_LOAD:-20}" 2>&1) || rc=1
		printf '    %-18s %s\n' "$page" "$out"
	done
	if [ $rc -eq 0 ]; then say SHOWN load "every page at two thirds or more"; else say FAILED load "see above"; fi
}

about_lighthouse="Lighthouse on a telephone: performance 98, accessibility 100, good practice 100, search 95"
lighthouse() {
	command -v node >/dev/null && command -v npm >/dev/null || { say "NOT SHOWN" lighthouse "it needs node and npm (Debian: nodejs npm)"; return; }
	find_chromium || { say "NOT SHOWN" lighthouse "it needs chromium"; return; }
	npm install --no-audit --no-fund --silent --prefix "$work/lighthouse" lighthouse@12 >"$work/lh" 2>&1 || { tail -n 5 "$work/lh" | indent; say "NOT SHOWN" lighthouse "npm cannot bring lighthouse 12"; return; }
	serve lighthouse || return
	local flags="--headless=new --disable-gpu --disable-quic --user-data-dir=$work/profile" page rc=0 scores
	[ "$(id -u)" -eq 0 ] && flags="$flags --no-sandbox"
	for page in /en/ /ar/ /en/targets/T1 /en/countries/KEN /en/report-abuse; do
		# A busy browser loses a trace now and then: it is asked once more.
		rm -f "$work/lh.json"
		for _ in 1 2; do
			CHROME_PATH=$chrome "$work/lighthouse/node_modules/.bin/lighthouse" "$url$page" --quiet --output=json --output-path="$work/lh.json" --chrome-flags="$flags" >"$work/lh" 2>&1 && break
			rm -f "$work/lh.json"
		done
		[ -f "$work/lh.json" ] || { tail -n 5 "$work/lh" | indent; rc=1; continue; }
		scores=$(node -e '
			const c = JSON.parse(require("fs").readFileSync(process.argv[1])).categories;
			const bars = {performance: 98, accessibility: 100, "best-practices": 100, seo: 95};
			let bad = 0, out = [];
			for (const [k, bar] of Object.entries(bars)) { const s = Math.round(c[k].score * 100); out.push(k + " " + s); if (s < bar) bad = 1; }
			console.log(out.join(", ")); process.exit(bad);' "$work/lh.json") || rc=1
		printf '    %-18s %s\n' "$page" "$scores"
	done
	if [ $rc -eq 0 ]; then say SHOWN lighthouse "every page keeps the bars"; else say FAILED lighthouse "see above"; fi
}

about_pages150k="pages loaded in a browser on 150 kbit/s with 800 ms to each answer: home 3.5 s, forms 3 s"
pages150k() {
	find_chromium || { say "NOT SHOWN" pages150k "it needs chromium"; return; }
	serve pages150k || return
	if go run ./battery/look -base "$url" slow /en/=3.5 /ar/=3.5 /en/report-abuse=3 /ar/report-abuse?c=KEN=3 /en/work/sign-in=3 /en/countries=3 >"$work/look" 2>&1; then
		indent <"$work/look"
		say SHOWN pages150k "every page keeps its bar"
	else
		indent <"$work/look"
		say FAILED pages150k "see above"
	fi
}

about_greyprint="pages printed in grey: the statuses are told apart; the pictures stay in PICTURES"
greyprint() {
	find_chromium || { say "NOT SHOWN" greyprint "it needs chromium"; return; }
	command -v pdftoppm >/dev/null || { say "NOT SHOWN" greyprint "it needs pdftoppm (Debian: poppler-utils)"; return; }
	serve greyprint || return
	local to=${PICTURES:-${TMPDIR:-/tmp}/waymark-pictures}
	mkdir -p "$to" || return
	if go run ./battery/look -base "$url" -out "$to" grey /en/ /ar/targets/T1 >"$work/look" 2>&1; then
		indent <"$work/look"
		say SHOWN greyprint "look at $to/print-*-grey-*.png"
	else
		indent <"$work/look"
		say FAILED greyprint "see above; the pictures are in $to"
	fi
}

about_pairs="pictures of every page in English and Arabic, 360 and 1200 px wide, side by side in PICTURES"
pairs() {
	find_chromium || { say "NOT SHOWN" pairs "it needs chromium"; return; }
	local to=${PICTURES:-${TMPDIR:-/tmp}/waymark-pictures} width file name n=0
	mkdir -p "$to" || return
	WAYMARK_SHOTS=$(cd "$to" && pwd) go test -count=1 -timeout 30m ./e2e -run 'TestEveryPageKeepsTheBars|TestThePagesOfInventedDataKeepTheBars' >"$work/pairs" 2>&1 || { tail -n 40 "$work/pairs" | indent; say FAILED pairs "see above; the pictures are in $to"; return; }
	{
		echo '<!doctype html><meta charset="utf-8"><title>Waymark: pairs</title><style>img{max-width:48%;vertical-align:top;border:1px solid}</style>'
		for width in 360 1200; do
			for file in "$to"/en*-"$width".png "$to"/sample-en*-"$width".png; do
				name=$(basename "$file")
				[ -f "$file" ] || continue
				n=$((n + 1))
				echo "<h2>$name</h2><img src=\"$name\"><img src=\"$(sed -E 's/(^|sample-)en/\1ar/' <<<"$name")\">"
			done
		done
		echo "$n" >"$work/n"
	} >"$to/index.html"
	say SHOWN pairs "$(cat "$work/n") pairs: open $to/index.html"
}

about_tampering="1,000 random changes of a whole database behind the program, each located (promise 8)"
tampering() {
	if WAYMARK_TAMPERINGS=1000 go test -count=1 -timeout 30m -v -run 'RandomTampering|EveryTamperedAuditRow' ./internal/store >"$work/tampering" 2>&1; then
		say SHOWN tampering "1,000 audit rows on each engine, 1,000 rows of any table:$(sed -n 's/.*map\[\(.*\)\]: all located/ \1/p' "$work/tampering")"
	else
		grep -v '^=== ' "$work/tampering" | head -n 40 | indent
		say FAILED tampering "see above"
	fi
}

about_edits="50 clients make 200 edits each on ten objects: linearizable, none lost, on each engine (promise 5)"
edits() {
	if WAYMARK_EDITS=50x200 go test -count=1 -timeout 30m -v -run 'EditsOfMany|ALostUpdate' ./internal/store >"$work/edits" 2>&1; then
		say SHOWN edits "$(sed -n 's/.*go:[0-9]*: \([0-9]* edits by.*\)/\1/p' "$work/edits" | paste -sd';')"
	else
		grep -v '^=== ' "$work/edits" | head -n 40 | indent
		say FAILED edits "see above"
	fi
}

about_vintage="the bytes of a release after 1,000 later edits (promise 7)"
vintage() {
	if WAYMARK_LATER_EDITS=1000 go test -count=1 -timeout 30m -v -run BytesOfARelease ./internal/cli >"$work/vintage" 2>&1; then
		say SHOWN vintage "$(sed -n 's/.*go:[0-9]*: \([0-9]* later edits.*\)/\1/p' "$work/vintage")"
	else
		grep -v '^=== ' "$work/vintage" | head -n 40 | indent
		say FAILED vintage "see above"
	fi
}

about_cells="no count that is not shown can be worked out of 10,000 tables (promise 18)"
cells() {
	if WAYMARK_TABLES=10000 go test -count=1 -timeout 30m -v -run NoCountThatIsNotShown ./internal/publication >"$work/cells" 2>&1; then
		say SHOWN cells "$(sed -n 's/.*go:[0-9]*: \([0-9]* tables.*\)/\1/p' "$work/cells")"
	else
		head -n 40 "$work/cells" | indent
		say FAILED cells "see above"
	fi
}

about_gosec="gosec finds nothing but what docs/static-analysis.md answers for"
gosec() {
	command -v gosec >/dev/null || { say "NOT SHOWN" gosec "gosec is not installed: go install github.com/securego/gosec/v2/cmd/gosec@v2.30.0"; return; }
	if command gosec -quiet -exclude-generated -exclude="$(grep -o 'G[0-9][0-9][0-9]' docs/static-analysis.md | sort -u | paste -sd,)" ./... >"$work/gosec" 2>&1; then
		say SHOWN gosec "no other finding"
	else
		head -n 60 "$work/gosec" | indent
		say FAILED gosec "see above"
	fi
}

about_gitleaks="gitleaks finds no secret in any commit"
gitleaks() {
	command -v gitleaks >/dev/null || { say "NOT SHOWN" gitleaks "gitleaks is not installed: go install github.com/zricethezav/gitleaks/v8@v8.30.1"; return; }
	if command gitleaks git --no-banner --no-color --redact -v . >"$work/gitleaks" 2>&1; then
		say SHOWN gitleaks "$(grep -o '[0-9]* commits scanned' "$work/gitleaks"), no secret"
	else
		head -n 60 "$work/gitleaks" | indent
		say FAILED gitleaks "see above"
	fi
}

about_wapiti="wapiti finds no way in on the running program"
wapiti() {
	command -v wapiti >/dev/null || { say "NOT SHOWN" wapiti "wapiti is not installed: apt-get install wapiti"; return; }
	serve wapiti || return
	command timeout 600 wapiti -u "$url/en/" --scope folder -d 2 --max-links-per-page 15 --max-files-per-dir 15 --max-scan-time 480 -m "sql,xss,exec,file,redirect,csp,http_headers,cookieflags" --flush-session -f json -o "$work/w.json" >"$work/wapiti" 2>&1
	local found pages
	# X-XSS-Protection is asked for by wapiti and harmful: browsers gave it up, and the policy forbids every script of others.
	found=$(jq '[.vulnerabilities[][] | select(.info | test("X-XSS-Protection") | not)] | length' "$work/w.json" 2>/dev/null) || { say "NOT SHOWN" wapiti "it made no report, or jq is missing"; return; }
	pages=$(sed -n 's/.*found \([0-9][0-9]*\) URLs.*/\1/p' "$work/wapiti" | head -n 1)
	[ "${pages:-0}" -gt 0 ] || { say "NOT SHOWN" wapiti "it does not say that it read any page"; return; }
	if [ "$found" = 0 ]; then say SHOWN wapiti "0 findings on $pages pages"; else jq -c '.vulnerabilities[][] | [.info, .path]' "$work/w.json" | head -n 20 | indent; say FAILED wapiti "$found findings"; fi
}

about_sqlmap="sqlmap finds no parameter of the running program that reaches SQL"
sqlmap() {
	command -v sqlmap >/dev/null || { say "NOT SHOWN" sqlmap "sqlmap is not installed: apt-get install sqlmap"; return; }
	serve sqlmap || return
	local address n=0
	for address in "/en/countries?q=1" "/en/compare?c=KEN&t=T1" "/api/v1/observations?indicator=lanzarote&area=KEN&limit=2"; do
		command timeout 900 sqlmap -u "$url$address" --batch --level 3 --risk 2 --flush-session >"$work/sqlmap" 2>&1
		if grep -q 'is vulnerable\|injectable parameter' "$work/sqlmap" || ! grep -q 'do not appear to be injectable' "$work/sqlmap"; then
			tail -n 20 "$work/sqlmap" | indent
			say FAILED sqlmap "$address"
			return
		fi
		n=$((n + 1))
	done
	say SHOWN sqlmap "$n addresses, no parameter reaches SQL"
}

if [ $# -eq 0 ]; then
	echo "usage: ./check.sh battery NAME… | all"
	for n in "${names[@]}"; do about="about_$n" && printf '  %-13s %s\n' "$n" "${!about}"; done
	exit 2
fi
[ "$1" = all ] && set -- "${names[@]}"
for n in "$@"; do
	case " ${names[*]} " in
	*" $n "*) "$n" ;;
	*)
		echo "battery/run.sh: there is no check named $n; './check.sh battery' lists them" >&2
		exit 2
		;;
	esac
done
echo "$shown shown, $failed failed, $missing not shown"
[ $failed -eq 0 ]
