module github.com/leakline/leakline/corpus

go 1.26
