package table

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"unsafe"
)

// createUnnamed opens a file without a name in a folder (O_TMPFILE): whatever
// kills the program, nothing is left of it.
func createUnnamed(dir string) (*os.File, error) {
	const tmpfile = 0o20000000 | syscall.O_DIRECTORY
	fd, err := syscall.Open(dir, tmpfile|syscall.O_RDWR|syscall.O_CLOEXEC, 0o644)
	if err != nil {
		return nil, err
	}
	return os.NewFile(uintptr(fd), dir), nil
}

// giveName links the file beside the name it is to have.
func giveName(f *os.File, name string) (string, error) {
	const follow = 0x400 // AT_SYMLINK_FOLLOW
	const here = -0x64   // AT_FDCWD
	from, err := syscall.BytePtrFromString(fmt.Sprintf("/proc/self/fd/%d", f.Fd()))
	if err != nil {
		return "", err
	}
	for i := 0; ; i++ {
		temp := filepath.Join(filepath.Dir(name), fmt.Sprintf(".%s.%d.%d.part", filepath.Base(name), os.Getpid(), i))
		to, err := syscall.BytePtrFromString(temp)
		if err != nil {
			return "", err
		}
		cwd := here
		_, _, e := syscall.Syscall6(syscall.SYS_LINKAT, uintptr(cwd), uintptr(unsafe.Pointer(from)), uintptr(cwd), uintptr(unsafe.Pointer(to)), follow, 0)
		if e == syscall.EEXIST && i < 100 {
			continue
		}
		if e != 0 {
			return "", e
		}
		return temp, nil
	}
}
