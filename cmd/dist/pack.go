package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"strings"
	"time"
)

// A file is one entry of an archive.
type file struct {
	name string // with slashes
	body []byte
	mode fs.FileMode
}

// pack puts files into one folder of an archive, as people of that platform
// expect it: zip for Windows, tar.gz for the others.
func pack(version, platform string, at time.Time, files []file) (name string, body []byte, err error) {
	folder := "leakline_" + version + "_" + strings.ReplaceAll(platform, "/", "_")
	for i := range files {
		files[i].name = folder + "/" + files[i].name
	}
	var out bytes.Buffer
	if strings.HasPrefix(platform, "windows/") {
		err = zipped(&out, at, files)
		return folder + ".zip", out.Bytes(), err
	}
	err = tarred(&out, at, files)
	return folder + ".tar.gz", out.Bytes(), err
}

// tarred says nothing of who made the archive, and when: gzip's own header has
// neither a name nor a time unless it is given one.
func tarred(w io.Writer, at time.Time, files []file) error {
	z := gzip.NewWriter(w)
	t := tar.NewWriter(z)
	for _, f := range files {
		header := &tar.Header{
			Typeflag: tar.TypeReg, Name: f.name, Mode: int64(f.mode), Size: int64(len(f.body)), ModTime: at, Format: tar.FormatUSTAR,
		}
		if err := t.WriteHeader(header); err != nil {
			return err
		}
		if _, err := t.Write(f.body); err != nil {
			return err
		}
	}
	if err := t.Close(); err != nil {
		return err
	}
	return z.Close()
}

func zipped(w io.Writer, at time.Time, files []file) error {
	z := zip.NewWriter(w)
	for _, f := range files {
		header := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: at}
		header.SetMode(f.mode)
		entry, err := z.CreateHeader(header)
		if err != nil {
			return err
		}
		if _, err := entry.Write(f.body); err != nil {
			return err
		}
	}
	return z.Close()
}
