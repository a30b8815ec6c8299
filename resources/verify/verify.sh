#!/bin/sh
# Check a Countersign bundle with openssl (3.0 or later), awk and the core utilities of the system alone.
#
#     unzip BUNDLE.zip && sh verify.sh BUNDLE [--key FINGERPRINT] [--ca AUTHORITY.pem]
#
# The last line is `VERIFIED ...` (exit 0) or `NOT VERIFIED: ` and the first thing that is wrong (exit 1); a wrong
# call ends with 2. Nothing from the bundle is ever run. Checked: every file against the manifests, the seal, the
# desk's and the epoch's signature on the checkpoint, every record as a leaf of the tree under it, the counts of
# the cases, the openings, the documents, witnesses and time stamps. Left to verify.py: the signatures of people
# on single records, roots and signatures of the checkpoints before the last of the range (that the right lines
# stand there is checked), who may do what, how epochs follow each other, and members that an event has twice.
set -eu
LC_ALL=C
export LC_ALL
umask 077

wrong() {
    printf 'NOT VERIFIED: %s\n' "$(printf %s "$*" | tr -d '\000-\037\177')"
    exit 1
}
usage() {
    echo "usage: sh verify.sh FOLDER [--key FINGERPRINT] [--ca AUTHORITY.pem]" >&2
    exit 2
}

folder='' given='' ca=''
while [ $# -gt 0 ]; do
    case $1 in
    --key) [ $# -gt 1 ] || usage; given=$2; shift 2 ;;
    --ca) [ $# -gt 1 ] || usage; ca=$(cd "$(dirname "$2")" && pwd)/$(basename "$2"); shift 2 ;;
    -*) usage ;;
    *) [ -z "$folder" ] || usage; folder=$1; shift ;;
    esac
done
[ -n "$folder" ] && [ -d "$folder" ] || usage
for tool in openssl sha256sum awk base64 split comm od xargs mktemp; do
    command -v $tool >/dev/null || { echo "verify.sh needs $tool" >&2; exit 2; }
done
[ "$(awk 'BEGIN { printf "%c", 0 }' | od -An -tx1 | tr -d ' ')" = 00 ] || {
    echo "verify.sh needs an awk that can write a zero byte, such as mawk or gawk" >&2
    exit 2
}
tmp=$(mktemp -d)
small=$tmp # where many small files come and go: in memory, where that is at hand
free=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }')
[ "${free:-0}" -gt 60000 ] && small=$(mktemp -d /dev/shm/verify.XXXXXX 2>/dev/null || echo "$tmp")
trap 'rm -rf "$tmp" "$small"' EXIT
trap 'exit 2' HUP INT TERM
cd "$folder"

# -- the bag: no links, no odd names, and every file as the manifests list it ----------------------------------

if [ ! -e bagit.txt ]; then
    [ "$(find . ! -name . -prune -print | wc -l)" -eq 1 ] || wrong "the folder is not one bundle alone"
    cd ./*/ 2>/dev/null || wrong "the folder holds no bundle"
fi
odd=$(find . ! -type f ! -type d | head -n 1)
[ -z "$odd" ] || wrong "$odd is a link or no plain file"
odd=$(find . ! -name . -name '*[!A-Za-z0-9._@+=,-]*' | head -n 1)
[ -z "$odd" ] || wrong "the file name $odd is odd"
find . -type f | cut -c3- | sort >"$tmp/files"
odd=$(tr 'A-Z' 'a-z' <"$tmp/files" | sort | uniq -d | head -n 1)
[ -z "$odd" ] || wrong "two names are one on some systems: $odd"
for file in bagit.txt manifest-sha256.txt tagmanifest-sha256.txt tagmanifest-sha256.txt.p7s; do
    [ -f $file ] || wrong "the file $file is missing"
done
printf 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n' | cmp -s - bagit.txt ||
    wrong "bagit.txt does not declare BagIt 1.0 in UTF-8"

check_manifest() { # MANIFEST FILES
    awk 'length($0) < 66 || substr($0, 1, 64) ~ /[^0-9a-f]/ || substr($0, 65) !~ /^ [ *]?[^ ]+$/ { print; exit }' \
        "$1" >"$tmp/odd"
    [ ! -s "$tmp/odd" ] || wrong "$1 has a line that is no digest and name: $(head -c 100 "$tmp/odd")"
    sed 's/^\(.\{64\}\) [ *]\{0,1\}/\1  /' "$1" >"$tmp/list"
    cut -c67- "$tmp/list" | sort >"$tmp/listed"
    odd=$(uniq -d "$tmp/listed" | head -n 1)
    [ -z "$odd" ] || wrong "$1 lists $odd twice"
    odd=$(comm -23 "$tmp/listed" "$2" | head -n 1)
    [ -z "$odd" ] || wrong "the file $odd, which $1 lists, is missing"
    odd=$(comm -13 "$tmp/listed" "$2" | head -n 1)
    [ -z "$odd" ] || wrong "the file $odd is not listed in $1"
    sha256sum --check --strict --quiet "$tmp/list" >"$tmp/failed" 2>/dev/null ||
        wrong "a file was changed: $(head -n 1 "$tmp/failed")"
}
grep -v '^data/' "$tmp/files" | grep -vx -e tagmanifest-sha256.txt -e tagmanifest-sha256.txt.p7s >"$tmp/tags" || :
grep '^data/' "$tmp/files" >"$tmp/payload" || wrong "the bundle is empty"
check_manifest tagmanifest-sha256.txt "$tmp/tags"
for file in bagit.txt manifest-sha256.txt; do
    grep -qx "$file" "$tmp/listed" || wrong "tagmanifest-sha256.txt does not list $file"
done
check_manifest manifest-sha256.txt "$tmp/payload"
[ ! -e fetch.txt ] || wrong "the bundle asks for files from elsewhere"
awk '{ print substr($0, 1, 64), substr($0, 67) }' "$tmp/list" >"$tmp/digests"

# -- small tools -----------------------------------------------------------------------------------------------

# awk: hex digits to base64, three digits at a time, so that bytes can be written as text
TO_BASE64='
function prepare(  i, digits, signs) {
    digits = "0123456789abcdef"
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for (i = 0; i < 4096; i++)
        pair[substr(digits, int(i / 256) + 1, 1) substr(digits, int(i / 16) % 16 + 1, 1) \
            substr(digits, i % 16 + 1, 1)] = substr(signs, int(i / 64) + 1, 1) substr(signs, i % 64 + 1, 1)
}
function put(hex,  at, line) {
    rest = rest hex
    line = ""
    for (at = 1; at + 2 <= length(rest); at += 3) line = line pair[substr(rest, at, 3)]
    rest = substr(rest, at)
    print line
}
function finish() {
    # bytes come whole: nothing, two digits (one byte begun anew), or one digit (half of a byte) may be left
    if (length(rest) == 2) print pair[rest "0"] "=="
    if (length(rest) == 1) print substr(pair[rest "00"], 1, 1) "="
    rest = ""
}'
# awk: 32 bytes in base64 to hex
TO_HEX='
function prepare_hex(  i, signs, digits) {
    digits = "0123456789abcdef"
    signs = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for (i = 1; i <= 64; i++) value[substr(signs, i, 1)] = i - 1
    for (i = 0; i < 16; i++) digit[i] = substr(digits, i + 1, 1)
}
function to_hex(text,  at, two, hex) {
    hex = ""
    for (at = 1; at <= 44; at += 2) {
        two = value[substr(text, at, 1)] * 64 + value[substr(text, at + 1, 1)]
        hex = hex digit[int(two / 256)] digit[int(two / 16) % 16] digit[two % 16]
    }
    return substr(hex, 1, 64)
}'
# awk: JSON to lines of path, tab and value as written; the path of a member joins names by dots
FLATTEN='
{
    line = $0
    while (1) {
        sub(/^[ \t\r]+/, "", line)
        if (line == "") break
        if (match(line, /^"([^"\\]|\\.)*"/) || match(line, /^[^][{},:" \t]+/)) {
            token = substr(line, 1, RLENGTH)
            line = substr(line, RLENGTH + 1)
            sub(/^[ \t]+/, "", line)
            if (substr(line, 1, 1) == ":" && substr(token, 1, 1) == "\"") {
                line = substr(line, 2)
                name[depth] = substr(token, 2, length(token) - 2)
            } else {
                path = ""
                for (i = 1; i <= depth; i++) path = path (i > 1 ? "." : "") name[i]
                print path "\t" token
            }
            continue
        }
        sign = substr(line, 1, 1)
        line = substr(line, 2)
        if (sign == "{" || sign == "[") {
            depth++
            list[depth] = sign == "["
            name[depth] = list[depth] ? 0 : ""
        } else if (sign == "}" || sign == "]") depth--
        else if (sign == "," && list[depth]) name[depth]++
    }
}
END { if (depth) print "?\t?" }'

# Hash every file of the batch in the order of their names, append the digests to a list, and begin anew.
mkdir "$small/batch"
hash_batch() { # LIST
    echo "cd '$small/batch' && { ls | xargs sha256sum | cut -c1-64 >>'$1'; cd .. && rm -rf batch && mkdir batch; }"
}
# Hash chunks of so many bytes each of base64 text; hex digests, one a line.
hash_chunks() { # BYTES <BASE64
    base64 -d >"$tmp/bytes"
    : >"$tmp/chunk.hashes"
    left=$(wc -c <"$tmp/bytes") skip=0
    while [ "$left" -gt 0 ]; do
        dd if="$tmp/bytes" bs=$(($1 * 8192)) skip=$skip count=1 2>/dev/null | (cd "$small/batch" && split -a 4 -b "$1")
        (eval "$(hash_batch "$tmp/chunk.hashes")")
        left=$((left - $1 * 8192)) skip=$((skip + 1))
    done
    cat "$tmp/chunk.hashes"
}
# awk: write a file into the batch; hash the batch when it is large
BATCH='
function next_file(  ) { return sprintf("%s/%06d", batch, ++files) }
function end_file(file, bytes) {
    close(file)
    held += bytes
    if (files >= 8192 || held > 16000000) end_batch()
}
function end_batch() { if (files) system(hash); files = 0; held = 0 }'
hex_of() { # BASE64
    printf %s "$1" | base64 -d 2>/dev/null | od -An -v -tx1 | tr -d ' \n'
}
value_of() { # PATH FILE
    awk -F '\t' -v path="$1" '$1 == path { print $2 }' "$2" | tr -d '"'
}

# Check the signature of a key under a name on a note: NOTE NAME KEY(base64) KIND(01, or 04 for a witness)
check_line() {
    { printf '%s\n' "$2"; printf "\\$(printf '%03o' "0x$4")"; printf %s "$3" | base64 -d; } | sha256sum |
        cut -c1-8 >"$tmp/wanted"
    head -n 3 "$1" >"$tmp/text"
    printf -- '-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEA%s\n-----END PUBLIC KEY-----\n' "$3" >"$tmp/key.pem"
    awk -v name="$2" '$2 == name && NF == 3 { print $3 }' "$1" >"$tmp/signatures"
    while read -r signature; do
        printf %s "$signature" | base64 -d >"$tmp/raw" 2>/dev/null || continue
        [ "$(head -c 4 "$tmp/raw" | od -An -tx1 | tr -d ' \n')" = "$(cat "$tmp/wanted")" ] || continue
        if [ "$4" = 04 ]; then
            seconds=$(tail -c +5 "$tmp/raw" | head -c 8 | od -An -tu1 |
                awk '{ for (i = 1; i <= NF; i++) n = n * 256 + $i } END { printf "%.0f", n }')
            { printf 'cosignature/v1\ntime %s\n' "$seconds"; cat "$tmp/text"; } >"$tmp/message"
            tail -c +13 "$tmp/raw" >"$tmp/signature"
        else
            cp "$tmp/text" "$tmp/message"
            tail -c +5 "$tmp/raw" >"$tmp/signature"
        fi
        openssl pkeyutl -verify -pubin -inkey "$tmp/key.pem" -rawin -in "$tmp/message" \
            -sigfile "$tmp/signature" >/dev/null 2>&1 || wrong "a signature of $2 on a checkpoint is wrong"
        return 0
    done <"$tmp/signatures"
    wrong "a checkpoint lacks the line of $2"
}

# -- the log: its checkpoint, its keys, and what it says of itself ---------------------------------------------

[ "$(ls data/log | wc -l)" -eq 1 ] || wrong "the bundle does not hold exactly one log"
log=$(ls data/log)
place=data/log/$log
for file in $place/records.jsonl $place/checkpoint $place/checkpoints.txt $place/keys.json $place/leaves.txt \
    data/completeness.json data/proof/inclusion.jsonl data/openings.jsonl data/certificate.pem; do
    [ -f "$file" ] || wrong "the file $file is missing"
done

# All checkpoints in one list, each after a line with its name: 1, 2 ... of the range, head, later-SIZE.
find $place -path '*/later/*.checkpoint' | sed 's,^.*/,,; s,[.]checkpoint$,,' | sort -n >"$tmp/later"
[ "$(tail -n 1 $place/checkpoints.txt)" = ===== ] || wrong "checkpoints.txt is empty or cut short"
{
    awk 'BEGIN { print "@" ++n } /^=====$/ { print "@" ++n; next } { print }' $place/checkpoints.txt | sed '$d'
    echo @head
    cat $place/checkpoint
    while read -r n; do
        echo "@later-$n"
        cat "$place/later/$n.checkpoint"
    done <"$tmp/later"
} >"$tmp/all"
for file in $place/checkpoint $place/checkpoints.txt $place/records.jsonl $place/leaves.txt "$tmp/all"; do
    [ "$(tail -c 1 "$file" | od -An -tx1 | tr -d ' ')" = 0a ] || wrong "$(basename "$file") is cut short"
done
[ "$(tr -d '\n\040-\176\200-\377' <"$tmp/all" | wc -c)" -eq 0 ] || wrong "a checkpoint holds a control character"
awk -v origin="countersign/$log" '
function flaw(what) { print "the checkpoint " name " " what; failed = 1; exit }
/^@/ { if (name != "" && row < 5) flaw("is not origin, size, root and signatures"); name = substr($0, 2); row = 0; next }
{ row++ }
row == 1 && $0 != origin { flaw("belongs to another log") }
row == 2 { if ($0 !~ /^(0|[1-9][0-9]*)$/ || length($0) > 16) flaw("counts no plain number"); size = $0 }
row == 3 { if (length($0) != 44 || $0 !~ /^[A-Za-z0-9+\/]*=$/) flaw("has no root"); print size, $0, name }
row == 4 && $0 != "" { flaw("is not origin, size, root and signatures") }
row > 4 {
    if ($1 != "\342\200\224" || NF != 3 || $3 !~ /^[A-Za-z0-9+\/]+=*$/ || $0 != $1 " " $2 " " $3)
        flaw("has a line that is no signature")
    if ((name, $2, substr($3, 1, 5)) in seen) flaw("bears two signatures of one signer")
    seen[name, $2, substr($3, 1, 5)] = 1
}
END { if (!failed && row < 5) flaw("is not origin, size, root and signatures") }' "$tmp/all" >"$tmp/heads"
odd=$(grep -v '^[0-9]' "$tmp/heads" | head -n 1)
[ -z "$odd" ] || wrong "$odd"
mkdir "$tmp/notes"
note() { # NAME; writes the checkpoint to a file of its own and tells which
    [ -e "$tmp/notes/$1" ] || awk -v name="@$1" '/^@/ { on = $0 == name; next } on' "$tmp/all" >"$tmp/notes/$1"
    echo "$tmp/notes/$1"
}
size=$(sed -n 2p $place/checkpoint)
root=$(hex_of "$(sed -n 3p $place/checkpoint)")

awk "$FLATTEN" data/completeness.json >"$tmp/completeness"
awk "$FLATTEN" $place/keys.json >"$tmp/keys"
odd=$(cat "$tmp/completeness" "$tmp/keys" | cut -f1 | sort | uniq -d | grep -v '^log$' | head -n 1)
[ -z "$odd" ] && ! grep -q '^?' "$tmp/completeness" "$tmp/keys" || wrong "a JSON file has a member twice: $odd"
first=$(value_of range.first "$tmp/completeness")
until=$(value_of range.until "$tmp/completeness")
for number in "$first" "$until" "$size"; do
    case $number in '' | *[!0-9]*) wrong "completeness.json names no range" ;; esac
done
[ "$(value_of log "$tmp/completeness")" = "$log" ] && [ "$(value_of size "$tmp/completeness")" = "$size" ] ||
    wrong "completeness.json speaks of another log or size than the checkpoint"
[ "$first" -lt "$until" ] && [ "$until" -le "$size" ] || wrong "completeness.json names a range not in the log"
[ "$(value_of range.leaves "$tmp/completeness")" = $place/leaves.txt ] ||
    wrong "completeness.json names another file of leaves"
awk -F '\t' 'index($1, "cases.") == 1 { print substr($1, 7) "\t" $2 }' "$tmp/completeness" >"$tmp/cases"
awk -F '\t' '/^range[.](peaks|consistency)[.]/ { gsub(/"/, "", $2); print $1, $2 }' "$tmp/completeness" >"$tmp/steps"
awk 'length($2) != 64 || $2 ~ /[^0-9a-f]/ { exit 1 }' "$tmp/steps" || wrong "completeness.json holds no hash where one must be"
awk 'length($0) != 64 || /[^0-9a-f]/ { exit 1 }' $place/leaves.txt || wrong "leaves.txt has a line that is no hash"
[ "$(wc -l <$place/leaves.txt)" -eq $((until - first)) ] || wrong "leaves.txt does not hold one leaf for each record"

# -- the records, in one pass; each is written to a file of its own, as a leaf of the tree -----------------------

: >"$tmp/leaf.hashes"
awk -v hash="$(hash_batch "$tmp/leaf.hashes")" -v batch="$small/batch" -v log_="$log" -v size="$size" -v first="$first" -v until="$until" -v into="$tmp" "$BATCH"'
function flaw(what) { print "record " seq " (records.jsonl, line " FNR "): " what; failed = 1; exit }
FILENAME ~ /heads$/ {
    if ($3 !~ /^[0-9]+$/) next
    if ($3 > 1 && $1 + 0 <= sizes[heads]) flaw("the checkpoints are out of order")
    sizes[++heads] = $1 + 0
    next
}
FILENAME ~ /all$/ { if (/^@/) name = substr($0, 2); else if ($1 == "\342\200\224") has[name, $2] = 1; next }
FILENAME ~ /cases$/ { tab = index($0, "\t"); told[substr($0, 1, tab - 1)] = substr($0, tab + 1); next }
FNR == 1 {
    last = -1; next_head = 1
}
{
    seq = "?"
    if (length($0) > 65535) flaw("it is longer than a record may be")
    if (/[\001-\037]/) flaw("it holds a control character")
    if (!match($0, /"log":"[^"\\]*","previous":"[0-9a-f]+","seq":(0|[1-9][0-9]*)(,"signature":"[A-Za-z0-9+\/=]+")?[}]$/))
        flaw("its members are not those of a record")
    split(substr($0, RSTART, RLENGTH), part, "\"")
    is_signed = part[12] == "signature"
    seq = part[11]; gsub(/[^0-9]/, "", seq); seq += 0
    if (part[4] != log_) flaw("it belongs to another log")
    if (seq <= last) flaw("it comes after record " last ": repeated or out of order")
    if (seq >= size) flaw("it lies beyond the checkpoint, which counts " size " records")
    while (next_head <= heads && sizes[next_head] + 0 <= seq) check_head()
    if (!match($0, /^[{]"actor":[{]"authenticated":"([^"\\]|\\.)*","id":"([^"\\]|\\.)*","key":"[0-9a-f]+","kind":"[a-z]+","role":"/))
        flaw("its actor is not one")
    line = substr($0, RSTART, RLENGTH)
    sub(/^[{]"actor":[{]"authenticated":"([^"\\]|\\.)*","id":"/, "", line)
    match(line, /^([^"\\]|\\.)*/)
    actor = substr(line, 1, RLENGTH)
    kind = substr(line, RLENGTH)
    sub(/^.*","kind":"/, "", kind); sub(/".*$/, "", kind)
    is_of_case = match($0, /,"case":[{]"id":"([^"\\]|\\.)*","n":[0-9]+,"previous":"[0-9a-f]*"[}],"clock":"([^"\\]|\\.)*"(,"effect":"([^"\\]|\\.)*")?,"format":1,"hlc":"[0-9-]*","log":"[^"\\]*","previous":"[0-9a-f]*","seq":[0-9]+(,"signature":"[A-Za-z0-9+\/=]*")?[}]$/)
    case_ = ""
    if (is_of_case) {
        tail = substr($0, RSTART + 15)
        match(tail, /^([^"\\]|\\.)*/)
        case_ = substr(tail, 1, RLENGTH)
        split(substr(tail, RLENGTH + 1), part, "\"")
        n = part[4]; gsub(/[^0-9]/, "", n)
        if (n + 0 != count[case_] + 0) flaw("it is number " n " of its case, where " count[case_] + 0 " was due: a record is withheld")
        if (!(case_ in told)) flaw("it is of a case that completeness.json does not name")
        if (seq < first || seq >= until) flaw("it lies outside of the range that completeness.json names")
        count[case_]++
        tail_of[case_] = seq
        if (!is_signed && kind == "person") flaw("it is not signed")
        if (!is_signed && kind == "agent") due["countersign/" log_ "/agent/" actor] = seq
    } else {
        if (!is_signed) flaw("it is not signed")
        if (/,"case":[{]"id":/ && /[}],"clock":/ && !/"body":/) flaw("its case is not one")
    }
    if (last < 0 && (seq != 0 || !/"body":[{]"assurance":"[^"]*","kind":"desk_founded","log":"/))
        flaw("the founding of the desk does not come first")
    if (!is_of_case && match($0, /"body":[{]"assurance":"([^"\\]|\\.)*","kind":"desk_(founded|rekeyed)",("log":"[^"\\]*",)?"public_key":"[A-Za-z0-9+\/=]+"/)) {
        split(substr($0, RSTART, RLENGTH), part, "\"public_key\":\"")
        print "desk", seq, substr(part[2], 1, 44) >(into "/facts")
    }
    if (!is_of_case && match($0, /"body":[{]"certificate":(null|"[^"]*"),"kind":"epoch_begun","n":[0-9]+,"public_key":"[A-Za-z0-9+\/=]+"/)) {
        split(substr($0, RSTART, RLENGTH), part, "\"n\":")
        split(part[2], part, ",\"public_key\":\"")
        epoch = part[1]
        print "epoch", seq, epoch, substr(part[2], 1, 44) >(into "/facts")
    }
    if (!is_of_case && match($0, /"body":[{]"cases":[0-9]+,"certificate":"[0-9a-f]+","kind":"exported"/)) {
        split(substr($0, RSTART, RLENGTH), part, /[:",]+/)
        print "exported", seq, part[5], part[7], (/,"withheld":\[[^]]*"documents"/ ? "D" : "-") (/,"withheld":\[[^]]*"values"/ ? "V" : "-") >(into "/facts")
    }
    if (is_of_case && match($0, /"kind":"document_received","length":[0-9]+,/) && match($0, /,"sha256":"[0-9a-f]+"/))
        print substr($0, RSTART + 11, 64), case_ >(into "/documents")
    if (is_of_case && /"body":[{]"kind":"mail_taken_apart","sender"/ && match($0, /,"sha256":"[0-9a-f]+"/))
        print substr($0, RSTART + 11, 64) >(into "/mails")
    if (is_of_case && /"body":[{]"documents":\[[^]]*\],"kind":"erased"/) {
        erased[case_] = 1
        match($0, /"body":[{]"documents":\[[^]]*\]/)
        found = split(substr($0, RSTART, RLENGTH), part, "\"")
        for (i = 6; i < found; i += 2) print part[i] >(into "/erased")
    }
    if (is_of_case) {
        rest = $0
        while (match(rest, /[{]"commitment":"[0-9a-f]+"[}]/)) {
            print seq, substr(rest, RSTART + 15, 64), case_ >(into "/commitments")
            rest = substr(rest, RSTART + RLENGTH)
        }
    }
    if (is_of_case && !started++ && seq != first) flaw("it is not at the beginning of the range")
    print seq >(into "/seqs")
    file = next_file()
    printf "%c", 0 >file; printf "%s", $0 >file
    end_file(file, length($0))
    last = seq
}
function check_head(  name) {
    if (!((next_head, "countersign/" log_) in has)) flaw("the next checkpoint lacks the line of the desk")
    for (name in due) if (!((next_head, name) in has)) flaw("the next checkpoint lacks the line of " name)
    for (name in due) delete due[name]
    if (epoch && !((next_head, "countersign/" log_ "/epoch/" epoch) in has))
        flaw("the checkpoint over " sizes[next_head] " records lacks the line of epoch " epoch)
    next_head++
}
END {
    if (failed) exit
    end_batch()
    seq = "at the end"
    while (next_head <= heads) { check_head(); if (failed) exit }
    for (case_ in told) if (count[case_] + 0 != told[case_] || !count[case_]) {
        print "the case " case_ " has " count[case_] + 0 " records here, where completeness.json counts " told[case_]
        exit
    }
    for (case_ in tail_of) { print tail_of[case_] >(into "/tails"); if (tail_of[case_] > newest) newest = tail_of[case_] }
    if (sizes[heads] + 0 != until || (heads > 1 && sizes[heads - 1] + 0 > newest) || sizes[1] + 0 <= first)
        print "the range of completeness.json is not that of the cases and checkpoints"
    for (case_ in erased) print case_ >(into "/erased_cases")
}' "$tmp/heads" "$tmp/all" "$tmp/cases" $place/records.jsonl >"$tmp/odd"
[ ! -s "$tmp/odd" ] || wrong "$(head -n 1 "$tmp/odd")"
touch "$tmp/mails" "$tmp/documents" "$tmp/erased" "$tmp/commitments" "$tmp/erased_cases" "$tmp/tails"
[ -s "$tmp/tails" ] || wrong "the bundle holds no case"

paste -d ' ' "$tmp/leaf.hashes" "$tmp/seqs" >"$tmp/records"
awk -v first="$first" -v until="$until" '
NR == FNR { leaf[first + FNR - 1] = $1; next }
$2 >= first && $2 < until && (leaf[$2] "") != ($1 "") { # as texts: a hash may look like a number
    print "record " $2 " is not the record that the log holds in this place"; exit
}' $place/leaves.txt "$tmp/records" >"$tmp/odd"
[ ! -s "$tmp/odd" ] || wrong "$(cat "$tmp/odd")"

# -- signatures on the checkpoints, and the seal ---------------------------------------------------------------

desk=$(awk '$1 == "desk" { key = $3 } END { print key }' "$tmp/facts")
print=$(printf %s "$desk" | base64 -d | sha256sum | cut -c1-64)
plain=$(printf %s "$given" | tr 'A-F' 'a-f' | sed 's/sha256//' | tr -d ' :-')
if [ -n "$given" ]; then
    matched=
    # the first and the last: a key between was only named by others here, it need not have signed anything
    for key in $(awk '$1 == "desk" { print $3 }' "$tmp/facts" | sed -n '1p;$p'); do
        one=$(printf %s "$key" | base64 -d | sha256sum | cut -c1-64)
        [ ${#plain} -ge 32 ] && [ "${one#"$plain"}" != "$one" ] && matched=yes
    done
    [ -n "$matched" ] || wrong "the desk that signed it has the key $print, not the one given"
fi
check_lines() { # NOTE
    covered=$(sed -n 2p "$1")
    key=$(awk -v size="$covered" '$1 == "desk" && $2 < size { key = $3 } END { print key }' "$tmp/facts")
    check_line "$1" "countersign/$log" "$key" 01
    epoch=$(awk -v size="$covered" '$1 == "epoch" && $2 < size { n = $3 } END { print n }' "$tmp/facts")
    if [ -n "$epoch" ]; then
        key=$(awk -v n="$epoch" '$1 == "epoch" && $3 == n { print $4 }' "$tmp/facts")
        check_line "$1" "countersign/$log/epoch/$epoch" "$key" 01
    fi
    odd=$(awk -v epoch="countersign/$log/epoch/" -v n="$epoch" 'index($2, epoch) == 1 && $2 != epoch n { print $2 }' "$1")
    [ -z "$odd" ] || wrong "a checkpoint is signed by an epoch that was not in force: $odd"
}
check_lines "$(note head)"
last_head=$(note "$(awk -v until="$until" '$1 == until && $3 ~ /^[0-9]+$/ { print $3; exit }' "$tmp/heads")")
check_lines "$last_head"
while read -r n; do
    [ "$(sed -n 2p "$(note "later-$n")")" = "$n" ] && [ "$n" -gt "$until" ] ||
        wrong "the checkpoint $n is of another size than its name says"
    check_lines "$tmp/notes/later-$n"
done <"$tmp/later"

exported=$(awk '$1 == "exported" { found = $3 " " $4 " " $5 } END { print found }' "$tmp/facts")
[ -n "$exported" ] || wrong "records.jsonl does not hold the record of this export"
[ "${exported%% *}" -eq "$(wc -l <"$tmp/cases")" ] || wrong "the record of the export counts other cases than there are"
pin=$(printf %s "$exported" | cut -d ' ' -f 2)
openssl x509 -in data/certificate.pem -outform DER -out "$tmp/certificate" 2>/dev/null || wrong "certificate.pem cannot be read"
[ "$(sha256sum <"$tmp/certificate" | cut -c1-64)" = "$pin" ] ||
    wrong "certificate.pem is not the certificate that the record of the export names"
openssl x509 -in data/certificate.pem -out "$tmp/certificate.pem"
openssl cms -verify -binary -inform DER -in tagmanifest-sha256.txt.p7s -content tagmanifest-sha256.txt \
    -certfile "$tmp/certificate.pem" -nointern -noverify -out /dev/null 2>/dev/null ||
    wrong "the seal of the bundle is wrong, or made with another certificate than the record of the export names"

plain=$(value_of fingerprint "$tmp/keys" | tr 'A-F' 'a-f' | sed 's/sha256//' | tr -d ' :-')
[ "$(value_of log "$tmp/keys")" = "$log" ] && [ "$(value_of desk_key "$tmp/keys")" = "$desk" ] &&
    [ "$(value_of certificate_sha256 "$tmp/keys")" = "$pin" ] && [ ${#plain} -ge 32 ] &&
    [ "${print#"$plain"}" != "$print" ] || wrong "keys.json says something else than the records"
witnesses=$(awk -F '\t' '/^witnesses[.][0-9]+[.]name\t/ { n++ } END { print n + 0 }' "$tmp/keys")
n=0
while [ $n -lt "$witnesses" ]; do
    check_line "$(note head)" "$(value_of "witnesses.$n.name" "$tmp/keys")" \
        "$(value_of "witnesses.$n.key" "$tmp/keys")" 04
    n=$((n + 1))
done

# -- the tree: the leaves up to the end of the range, then proofs up to the head --------------------------------

cp $place/leaves.txt "$tmp/row"
level=0
low=$first
while [ "$low" -gt 0 ] || [ "$(wc -l <"$tmp/row")" -gt 1 ]; do
    if [ $((low % 2)) -eq 1 ]; then # the peak of this level stands to the left
        above=$first peaks=0
        n=$level
        while [ $n -ge 0 ]; do above=$((above / 2)) n=$((n - 1)); done
        while [ "$above" -gt 0 ]; do peaks=$((peaks + above % 2)) above=$((above / 2)); done
        awk -v path="range.peaks.$peaks" '$1 == path { print $2 }' "$tmp/steps" >"$tmp/longer"
        [ -s "$tmp/longer" ] || wrong "completeness.json: the peaks do not fit the beginning of the range"
        cat "$tmp/row" >>"$tmp/longer"
        mv "$tmp/longer" "$tmp/row"
    fi
    awk "$TO_BASE64"' BEGIN { prepare() } NR % 2 { left = $1; next } { put("01" left $1) } END { finish() }' \
        "$tmp/row" | hash_chunks 65 >"$tmp/upper"
    [ $(($(wc -l <"$tmp/row") % 2)) -eq 0 ] || tail -n 1 "$tmp/row" >>"$tmp/upper"
    mv "$tmp/upper" "$tmp/row"
    low=$((low / 2)) level=$((level + 1))
    [ $level -lt 64 ] || wrong "the tree is too high"
done
set -- $(awk '$1 ~ /^range.peaks/ { n++ } END { print n + 0 }' "$tmp/steps") 0 "$first"
while [ "$3" -gt 0 ]; do set -- "$1" $(($2 + $3 % 2)) $(($3 / 2)); done
[ "$1" -eq "$2" ] || wrong "completeness.json: the peaks do not fit the beginning of the range"
middle=$(cat "$tmp/row")
[ "$middle" = "$(hex_of "$(sed -n 3p "$last_head")")" ] || wrong "the leaves of the range do not lead to its last checkpoint"

# Every proof becomes a chain: name, hash to begin with, hash to end with, then a side and a hash for each step.
chain_between() { # OLD ROOT <STEPS
    awk -v old="$1" -v size="$size" -v old_root="$2" -v root="$root" '
$1 ~ /consistency/ { step[++steps] = $2 }
END {
    if (old == size) {
        if (steps || old_root != root) print "? two checkpoints over " size " records differ"
        exit
    }
    for (power = 1; power < old; power *= 2);
    if (power == old) { for (i = ++steps; i > 1; i--) step[i] = step[i - 1]; step[1] = old_root }
    if (!steps) { print "? the consistency proof is too short"; exit }
    at = old - 1; last = size - 1
    while (at % 2) { at = int(at / 2); last = int(last / 2) }
    for (i = 2; i <= steps; i++) {
        if (last == 0) { print "? the consistency proof is too long"; exit }
        if (at % 2 || at == last) {
            before = before " L " step[i]; after = after " L " step[i]
            while (at && at % 2 == 0) { at /= 2; last = int(last / 2) }
        } else after = after " R " step[i]
        at = int(at / 2); last = int(last / 2)
    }
    if (last) { print "? the consistency proof is too short"; exit }
    print "consistency " step[1] " " old_root before
    print "consistency " step[1] " " root after
}'
}
chain_between "$until" "$middle" <"$tmp/steps" >"$tmp/chains"
while read -r n; do
    awk "$FLATTEN" "$place/later/$n.json" >"$tmp/told"
    [ "$(value_of size "$tmp/told")" = "$n" ] && [ "$(value_of until "$tmp/told")" = "$size" ] ||
        wrong "the checkpoint $n comes with the proof of another"
    tr -d '"\t' <"$tmp/told" | sed -n 's/^\(consistency[.][0-9]*\)\([0-9a-f]\{64\}\)$/\1 \2/p' >"$tmp/later.steps"
    chain_between "$n" "$(hex_of "$(sed -n 3p "$tmp/notes/later-$n")")" <"$tmp/later.steps" >>"$tmp/chains"
done <"$tmp/later"
tr -d ' ' <data/proof/inclusion.jsonl >"$tmp/proofs"
awk -v size="$size" -v root="$root" -v first="$first" -v until="$until" "$TO_HEX"'
function flaw(what) { print "? inclusion.jsonl, line " FNR ": " what; failed = 1; exit }
BEGIN { prepare_hex() }
FILENAME ~ /tails$/ { wanted[$1] = 1; next }
FILENAME ~ /records$/ { leaf[$2] = $1; if ($2 < first || $2 >= until) wanted[$2] = 1; next }
{
    if (!/^[{]"hashes":\[("[A-Za-z0-9+\/]+=",?)*\],"seq":(0|[1-9][0-9]*),"size":[1-9][0-9]*[}]$/) flaw("it is not a proof")
    found = split($0, part, "\"")
    seq = part[found - 2]; gsub(/[^0-9]/, "", seq); seq += 0
    told = part[found]; gsub(/[^0-9]/, "", told)
    if (told + 0 != size || seq in proven) flaw("it is not the one proof of a record under the checkpoint")
    if (seq >= size) flaw("a log of " size " records has no record " seq)
    if (!(seq in leaf)) flaw("it is of record " seq ", which is not in the bundle")
    proven[seq] = 1
    chain = seq " " leaf[seq] " " root
    at = seq; last = size - 1
    for (i = 4; i < found - 3; i += 2) {
        if (length(part[i]) != 44) flaw("a step of the proof is no hash")
        if (last == 0) flaw("the proof of record " seq " is too long")
        if (at % 2 || at == last) {
            chain = chain " L " to_hex(part[i])
            while (at && at % 2 == 0) { at /= 2; last = int(last / 2) }
        } else chain = chain " R " to_hex(part[i])
        at = int(at / 2); last = int(last / 2)
    }
    if (last) flaw("the proof of record " seq " is too short")
    print chain
}
END { if (!failed) for (seq in wanted) if (!(seq in proven)) print "? inclusion.jsonl lacks the proof of record " seq }
' "$tmp/tails" "$tmp/records" "$tmp/proofs" >>"$tmp/chains"
odd=$(grep '^?' "$tmp/chains" | head -n 1 | cut -c3-)
[ -z "$odd" ] || wrong "$odd"
while :; do
    awk 'NF == 3 && ($2 "") != ($3 "") { print $1; exit }' "$tmp/chains" >"$tmp/odd"
    [ ! -s "$tmp/odd" ] || wrong "the proof of $(cat "$tmp/odd") does not lead to the checkpoint"
    awk 'NF > 3' "$tmp/chains" >"$tmp/running"
    [ -s "$tmp/running" ] || break
    awk "$TO_BASE64"' BEGIN { prepare() } { put("01" ($4 == "L" ? $5 $2 : $2 $5)) } END { finish() }' "$tmp/running" |
        hash_chunks 65 >"$tmp/upper"
    paste -d ' ' "$tmp/upper" "$tmp/running" |
        awk '{ line = $2 " " $1 " " $4; for (i = 7; i <= NF; i++) line = line " " $i; print line }' >"$tmp/chains"
done

# -- content: openings and documents ---------------------------------------------------------------------------

# A content is written out as the bytes that its JSON text stands for.
: >"$tmp/content.hashes"
awk -v hash="$(hash_batch "$tmp/content.hashes")" -v batch="$small/batch" "$BATCH"'
function flaw(what) { print "openings.jsonl, line " FNR ": " what; failed = 1; exit }
function utf8(code) {
    if (code < 128) return sprintf("%c", code)
    if (code < 2048) return sprintf("%c%c", 192 + int(code / 64), 128 + code % 64)
    if (code < 65536) return sprintf("%c%c%c", 224 + int(code / 4096), 128 + int(code / 64) % 64, 128 + code % 64)
    return sprintf("%c%c%c%c", 240 + int(code / 262144), 128 + int(code / 4096) % 64, 128 + int(code / 64) % 64, 128 + code % 64)
}
function number(hex,  i, n) {
    n = 0
    for (i = 1; i <= 4; i++) n = n * 16 + index("0123456789abcdef", tolower(substr(hex, i, 1))) - 1
    return n
}
function write(text, file,  at, sign, code, low) {
    printf "" >file
    while (at = index(text, "\\")) {
        printf "%s", substr(text, 1, at - 1) >file
        sign = substr(text, at + 1, 1)
        text = substr(text, at + 2)
        if (sign != "u") { printf "%s", plain[sign] >file; continue }
        code = number(text); text = substr(text, 5)
        if (code >= 55296 && code < 56320 && substr(text, 1, 2) == "\\u") {
            low = number(substr(text, 3)); text = substr(text, 7)
            code = 65536 + (code - 55296) * 1024 + low - 56320
        }
        if (code == 0) printf "%c", 0 >file
        else printf "%s", utf8(code) >file
    }
    printf "%s", text >file
    end_file(file, length(text))
}
BEGIN {
    plain["\""] = "\""; plain["\\"] = "\\"; plain["/"] = "/"; plain["b"] = "\b"; plain["f"] = "\f"
    plain["n"] = "\n"; plain["r"] = "\r"; plain["t"] = "\t"; last = -1
}
FILENAME ~ /commitments$/ { promised[$1, $2] = 1; next }
{
    line = $0
    if (!match(line, /, ?"seq": ?(0|[1-9][0-9]*)[}]$/) || !match(line, /^[{]"openings": ?\[/)) flaw("it is not an opening")
    seq = substr(line, length(line) - 16); sub(/^.*: ?/, "", seq); sub(/[}]$/, "", seq)
    if (seq + 0 <= last) flaw("it is repeated or out of order")
    last = seq + 0
    line = substr(line, RLENGTH + 1)
    while (match(line, /^[{]"commitment": ?"[0-9a-f]+", ?"content": ?"([^"\\]|\\.)*", ?"salt": ?"[0-9a-f]+"[}],? ?/)) {
        whole = substr(line, 1, RLENGTH)
        line = substr(line, RLENGTH + 1)
        match(whole, /"[0-9a-f]+"/)
        commitment = substr(whole, RSTART + 1, RLENGTH - 2)
        match(whole, /"content": ?"/)
        content = substr(whole, RSTART + RLENGTH)
        match(content, /^([^"\\]|\\.)*/)
        salt = substr(content, RLENGTH + 2)
        content = substr(content, 1, RLENGTH)
        sub(/^, ?"salt": ?"/, "", salt)
        sub(/".*$/, "", salt)
        if (length(salt) != 64 || !((seq, commitment) in promised)) flaw("an opening is not what record " seq " commits to")
        if ((seq, commitment) in opened) flaw("an opening is given twice")
        opened[seq, commitment] = 1
        write(content, next_file())
        print seq, commitment, salt
    }
    if (line !~ /^\], ?"seq"/) flaw("it is not an opening")
}
END { if (!failed) end_batch() }' "$tmp/commitments" data/openings.jsonl >"$tmp/openings"
odd=$(grep '^openings' "$tmp/openings" | head -n 1)
[ -z "$odd" ] || wrong "$odd"
if [ -s "$tmp/openings" ]; then
    tag=$(printf 'countersign/commitment/v1\n' | od -An -v -tx1 | tr -d ' \n')
    paste -d ' ' "$tmp/content.hashes" "$tmp/openings" | awk -v tag="$tag" "$TO_BASE64"'
        BEGIN { prepare() } { put(tag $4 $1) } END { finish() }' | hash_chunks 90 |
        paste -d ' ' - "$tmp/openings" | awk '($1 "") != ($3 "") { print $2; exit }' >"$tmp/odd"
    [ ! -s "$tmp/odd" ] || wrong "an opening is not what record $(cat "$tmp/odd") commits to"
fi
case ${exported##* } in *V) ;; *)
    awk 'FILENAME ~ /erased_cases$/ { erased[$0] = 1; next }
        FILENAME ~ /openings$/ { opened[$1, $2] = 1; next }
        !(($1, $2) in opened) && !(substr($0, length($1 $2) + 3) in erased) { print $1; exit }' \
        "$tmp/erased_cases" "$tmp/openings" "$tmp/commitments" >"$tmp/odd"
    [ ! -s "$tmp/odd" ] || wrong "content of record $(cat "$tmp/odd") is withheld, and the record of the export says nothing is" ;;
esac

# Documents and mails bear the hash as their name, and are named by a record; missing ones are accounted for.
for kind in evidence:documents mail:mails; do
    cut -c1-64 "$tmp/${kind#*:}" | sort -u >"$tmp/named"
    awk -v under="data/${kind%:*}/" 'index($2, under) == 1 {
        stem = substr($2, length(under) + 1); sub(/[.].*$/, "", stem); print(stem == $1 ? stem : "?") }' \
        "$tmp/digests" | sort -u >"$tmp/${kind%:*}"
    odd=$(comm -13 "$tmp/named" "$tmp/${kind%:*}" | head -n 1)
    [ -z "$odd" ] || wrong "a document in data/${kind%:*} is not one that the records name ($odd)"
done
case ${exported##* } in D*) ;; *)
    odd=$(awk 'FILENAME ~ /erased_cases$/ { gone[$0] = 1; next } FILENAME !~ /documents$/ { there[$1] = 1; next }
        !($1 in there) && !(substr($0, 66) in gone) { print $1; exit }' \
        "$tmp/erased_cases" "$tmp/erased" "$tmp/evidence" "$tmp/documents")
    [ -z "$odd" ] || wrong "the document $odd is missing, and the record does not say why" ;;
esac
odd=$(awk '$2 ~ /^data\/policies\// { stem = substr($2, 15); sub(/[.].*$/, "", stem); if (stem != $1) print $2 }' \
    "$tmp/digests" | head -n 1)
[ -z "$odd" ] || wrong "$odd is not the policy that its name says"

# -- time stamps ------------------------------------------------------------------------------------------------

stamps=
grep -e '^data/anchor/' -e '[.]tsr$' "$tmp/payload" >"$tmp/stamped" || :
while read -r file; do
    at=$(basename "$file")
    at=${at%%-*}
    head=$(awk -v size="$at" '$1 == size { print $3; exit }' "$tmp/heads")
    [ -n "$head" ] || wrong "$file is not a time stamp of a checkpoint in the bundle"
    head -n 3 "$(note "$head")" >"$tmp/text"
    openssl ts -reply -in "$file" -text -out "$tmp/stamp" 2>/dev/null ||
        openssl ts -reply -in "$file" -token_in -text -out "$tmp/stamp" 2>/dev/null || wrong "$file cannot be read"
    imprint=$(awk '/^Message data:/ { on = 1; next } /^[^ ]/ { on = 0 } on { print substr($0, 12, 48) }' "$tmp/stamp" |
        tr -d ' \n-')
    [ "$imprint" = "$(sha256sum <"$tmp/text" | cut -c1-64)" ] ||
        wrong "the time stamp $file is of another text than the checkpoint it is named after"
    stamps="its signature was not checked (no --ca)"
    if [ -n "$ca" ]; then
        openssl ts -verify -data "$tmp/text" -in "$file" -CAfile "$ca" >/dev/null 2>&1 ||
            openssl ts -verify -data "$tmp/text" -in "$file" -token_in -CAfile "$ca" >/dev/null 2>&1 ||
            wrong "the time stamp $file does not hold under the certificate given"
        stamps="its signature holds"
    fi
    echo "Time       $(awk '/^Time stamp:/ { sub(/^Time stamp: /, ""); print }' "$tmp/stamp") on $at records; $stamps"
done <"$tmp/stamped"

# ---------------------------------------------------------------------------------------------------------------

echo "Bundle     $(wc -l <"$tmp/files") files, each as listed and sealed"
echo "Record     $(wc -l <"$tmp/records") records of $(wc -l <"$tmp/cases") cases in the log $log, under $size records"
echo "Content    $(wc -l <"$tmp/openings") openings, $(wc -l <"$tmp/evidence") documents; $witnesses witnesses; compare their keys"
known='compare this with what the desk told you'
[ -z "$given" ] || known='as given'
echo "VERIFIED $(wc -l <"$tmp/records") records of $(wc -l <"$tmp/cases") cases; desk key $print ($known)"
