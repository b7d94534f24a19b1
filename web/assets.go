package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/leakline/leakline/static"
	"github.com/leakline/leakline/web/api"
)

// assets are the style sheets and modules, compressed once. Their address
// holds a hash of them all, so that a browser may keep them for ever and
// relative imports need no rewriting.
type assets struct {
	base  string // "/static/<hash>/"
	files map[string]asset
}

type asset struct {
	contentType   string
	plain, zipped []byte
}

func loadAssets() (*assets, error) {
	a := &assets{files: make(map[string]asset)}
	sum := sha256.New()
	err := fs.WalkDir(static.FS, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		raw, err := static.FS.ReadFile(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%s %d\n", name, len(raw))
		sum.Write(raw)
		var zipped bytes.Buffer
		z, _ := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
		z.Write(raw)
		z.Close()
		a.files[name] = asset{contentTypeOf(name), raw, zipped.Bytes()}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("loading the assets: %w", err)
	}
	a.base = "/static/" + hex.EncodeToString(sum.Sum(nil)[:6]) + "/"
	return a, nil
}

// sheet is a style sheet as it is written into a document of its own.
func (a *assets) sheet(names ...string) string {
	var all strings.Builder
	for _, name := range names {
		all.Write(a.files["css/"+name+".css"].plain)
	}
	return all.String()
}

// contentTypeOf does not ask the system, which may know text/plain for .js.
func contentTypeOf(name string) string {
	switch ext := path.Ext(name); ext {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	default:
		return mime.TypeByExtension(ext)
	}
}

func (a *assets) serve(w http.ResponseWriter, r *http.Request) error {
	file, ok := a.files[r.PathValue("path")]
	if !ok || !strings.HasPrefix(r.URL.Path, a.base) {
		return api.Refuse(http.StatusNotFound, "there is no asset at %s", r.URL.Path)
	}
	h := w.Header()
	h.Set("Content-Type", file.contentType)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	body := file.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		body = file.zipped
	}
	w.Write(body)
	return nil
}
