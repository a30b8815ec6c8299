// Verify checks the log of an unpacked Countersign bundle with a third party's code alone: the signed note and
// transparency log packages that check Go's own module database. Not a line of the desk's code is needed.
//
//	go run verify.go FOLDER [FINGERPRINT]
//
// It checks the desk's signature on the checkpoints, the leaves of the range against the tree, and that every
// record in the bundle is a leaf under the newest checkpoint. Manifests, seal, documents, openings, counts and the
// signatures of people and agents are left to verify.py and verify.sh.
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func check(err error, what string) {
	if err != nil {
		fmt.Printf("NOT VERIFIED: %s: %v\n", what, err)
		os.Exit(1)
	}
}

func demand(holds bool, what string) {
	if !holds {
		check(fmt.Errorf("it does not hold"), what)
	}
}

func read(path ...string) []byte {
	content, err := os.ReadFile(filepath.Join(path...))
	check(err, "a file cannot be read")
	return content
}

// hashes reads hashes written as text.
func hashes(texts []string, decode func(string) ([]byte, error)) (found []tlog.Hash) {
	for _, text := range texts {
		raw, err := decode(text)
		check(err, "a hash cannot be read")
		demand(len(raw) == tlog.HashSize, "a hash has 32 bytes")
		found = append(found, *(*tlog.Hash)(raw))
	}
	return found
}

// checkpoint opens a signed checkpoint under the desk's key of that time and reads its tree.
func checkpoint(signed []byte, since []int64, desk []note.Verifier) (int64, tlog.Hash) {
	opened, err := note.Open(signed, note.VerifierList(desk...))
	check(err, "a checkpoint is not signed by the desk")
	var origin, root string
	var size int64
	_, err = fmt.Sscanf(opened.Text, "%s\n%d\n%s\n", &origin, &size, &root)
	check(err, "a checkpoint cannot be read")
	now := len(since) - 1
	for now > 0 && since[now] >= size {
		now--
	}
	bears := false
	for _, signature := range opened.Sigs {
		bears = bears || signature.Hash == desk[now].KeyHash()
	}
	demand(bears, "a checkpoint is signed with the desk's key of that time")
	demand(origin == desk[0].Name() && opened.Text == fmt.Sprintf("%s\n%d\n%s\n", origin, size, root), "a checkpoint is origin, size and root")
	hash, err := tlog.ParseHash(root)
	check(err, "the root of a checkpoint")
	return size, hash
}

func main() {
	if len(os.Args) < 2 || len(os.Args) > 3 {
		fmt.Fprintln(os.Stderr, "usage: go run verify.go FOLDER [FINGERPRINT]")
		os.Exit(2)
	}
	folder := os.Args[1]
	logs, err := filepath.Glob(filepath.Join(folder, "data", "log", "*"))
	check(err, "data/log")
	demand(len(logs) == 1, "the bundle holds one log")
	records := bytes.Split(bytes.TrimSuffix(read(logs[0], "records.jsonl"), []byte("\n")), []byte("\n"))

	// The desk's keys: the first record founds the desk with one, a later one may replace it.
	type record struct {
		Seq  int64
		Body struct {
			Kind      string
			PublicKey string `json:"public_key"`
		}
	}
	parsed := make([]record, len(records))
	var since []int64
	var desk []note.Verifier
	var print [sha256.Size]byte
	for at, raw := range records {
		check(json.Unmarshal(raw, &parsed[at]), "a record cannot be read")
		demand(at == 0 || parsed[at].Seq > parsed[at-1].Seq, "the records stand in order, each once")
		if kind := parsed[at].Body.Kind; kind == "desk_founded" || kind == "desk_rekeyed" {
			key, err := base64.StdEncoding.DecodeString(parsed[at].Body.PublicKey)
			check(err, "the desk's key")
			vkey, err := note.NewEd25519VerifierKey("countersign/"+filepath.Base(logs[0]), key)
			check(err, "the desk's key")
			verifier, err := note.NewVerifier(vkey)
			check(err, "the desk's key")
			since, desk, print = append(since, parsed[at].Seq), append(desk, verifier), sha256.Sum256(key)
		}
	}
	demand(parsed[0].Seq == 0 && parsed[0].Body.Kind == "desk_founded", "the first record founds the desk")
	demand(len(os.Args) < 3 || len(os.Args[2]) >= 32 && strings.HasPrefix(hex.EncodeToString(print[:]), os.Args[2]), "the desk has the key given")
	size, root := checkpoint(read(logs[0], "checkpoint"), since, desk)

	// The tree up to the end of the range: its peaks before the range, then one leaf for each record.
	var told struct {
		Size  int64
		Range struct {
			First, Until       int64
			Peaks, Consistency []string
		}
	}
	check(json.Unmarshal(read(folder, "data", "completeness.json"), &told), "completeness.json")
	first, until := told.Range.First, told.Range.Until
	demand(told.Size == size && 0 <= first && first < until && until <= size, "completeness.json names a range of the log")
	leaves := hashes(strings.Fields(string(read(logs[0], "leaves.txt"))), hex.DecodeString)
	demand(int64(len(leaves)) == until-first, "there is one leaf for each record of the range")
	stored := map[int64]tlog.Hash{}
	reader := tlog.HashReaderFunc(func(indexes []int64) (found []tlog.Hash, err error) {
		for _, index := range indexes {
			hash, there := stored[index]
			if !there {
				return nil, fmt.Errorf("hash %d of the tree is not in the bundle", index)
			}
			found = append(found, hash)
		}
		return found, nil
	})
	peaks, at := hashes(told.Range.Peaks, hex.DecodeString), int64(0)
	for level := 62; level >= 0; level-- {
		if first>>level&1 == 1 && len(peaks) > 0 {
			stored[tlog.StoredHashIndex(level, at>>level)], peaks = peaks[0], peaks[1:]
			at += 1 << level
		}
	}
	demand(at == first && len(peaks) == 0, "the peaks fit the beginning of the range")
	for n, leaf := range leaves {
		added, err := tlog.StoredHashesForRecordHash(first+int64(n), leaf, reader)
		check(err, "the tree")
		for i, hash := range added {
			stored[tlog.StoredHashIndex(0, first+int64(n))+int64(i)] = hash
		}
	}
	for _, signed := range bytes.SplitAfter(read(logs[0], "checkpoints.txt"), []byte("\n=====\n")) {
		if len(signed) > 0 {
			middle, hash := checkpoint(bytes.TrimSuffix(signed, []byte("=====\n")), since, desk)
			found, err := tlog.TreeHash(middle, reader)
			check(err, "the tree under a checkpoint")
			demand(found == hash, "the leaves lead to the root of each checkpoint")
		}
	}
	middle, err := tlog.TreeHash(until, reader)
	check(err, "the tree")
	check(tlog.CheckTree(hashes(told.Range.Consistency, hex.DecodeString), size, root, until, middle), "the newest checkpoint does not go on from the range")

	// Every record is a leaf: of the range, or by a proof.
	proofs := map[int64]tlog.RecordProof{}
	for _, line := range bytes.Split(bytes.TrimSuffix(read(folder, "data", "proof", "inclusion.jsonl"), []byte("\n")), []byte("\n")) {
		var proof struct {
			Seq, Size int64
			Hashes    []string
		}
		check(json.Unmarshal(line, &proof), "inclusion.jsonl")
		_, twice := proofs[proof.Seq]
		demand(!twice && proof.Size == size && 0 <= proof.Seq && proof.Seq < size, "a proof is of one record under the checkpoint")
		proofs[proof.Seq] = hashes(proof.Hashes, base64.StdEncoding.DecodeString)
	}
	for at, raw := range records {
		seq, hash := parsed[at].Seq, tlog.RecordHash(raw)
		proof, proven := proofs[seq]
		inside := first <= seq && seq < until
		demand(inside || proven, fmt.Sprintf("record %d has a proof", seq))
		demand(!inside || leaves[seq-first] == hash, fmt.Sprintf("record %d is the leaf in its place", seq))
		if proven {
			check(tlog.CheckRecord(proof, size, root, seq, hash), fmt.Sprintf("record %d is not under the checkpoint", seq))
		}
		delete(proofs, seq)
	}
	demand(len(proofs) == 0, "every proof is of a record in the bundle")
	fmt.Printf("VERIFIED %d records under %d, as leaves of the log alone; desk key %x (compare this)\n", len(records), size, print)
}
