package store

import "syscall"

// networkFileSystems are the magic numbers of statfs(2) of file systems whose locks or flushes do not
// hold across machines.
var networkFileSystems = map[int64]string{
	0x6969:     "NFS",
	0xff534d42: "CIFS",
	0xfe534d42: "SMB2",
	0x517b:     "SMB",
	0x564c:     "NCP",
	0x5346414f: "AFS",
	0x73757245: "Coda",
	0x01021997: "9P",
	0x00c36400: "Ceph",
	0x0bd00bd0: "Lustre",
	0x01161970: "GFS2",
	0x7461636f: "OCFS2",
	0x47504653: "GPFS",
}

// networkFileSystem names the network file system a folder lies on; empty: none that is known.
func networkFileSystem(folder string) string {
	var s syscall.Statfs_t
	if syscall.Statfs(folder, &s) != nil {
		return ""
	}
	return networkFileSystems[int64(uint32(s.Type))]
}
