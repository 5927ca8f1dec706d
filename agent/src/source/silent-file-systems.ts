/**
 * File systems that another host or a program serves, by the magic numbers of statfs(2). The kernel does not report what changes in them, and
 * where the other side is gone a call may never return.
 */
const silent = new Map<number, string>([
  [0x6969, 'nfs'],
  [0xff534d42, 'cifs'],
  [0xfe534d42, 'smb2'],
  [0x517b, 'smb'],
  [0x65735546, 'fuse'],
  [0x01021997, '9p'],
  [0x5346414f, 'afs'],
  [0x00c36400, 'ceph'],
  [0x47504653, 'gpfs'],
  [0x0bd00bd0, 'lustre'],
  [0x19830326, 'beegfs'],
  [0xaad7aaea, 'panfs'],
  [0x01161970, 'gfs2'],
  [0x7461636f, 'ocfs2'],
  [0x786f4256, 'vboxsf'],
  [0x7c7c6673, 'prl_fs'],
]);

export function isSilentFileSystem(type: number): boolean {
  return silent.has(type);
}

/** Further names under which the list of mounts has them. */
const otherNames = ['nfs4', 'smb3', 'fuseblk', 'virtiofs'];
const names = new Set([...silent.values(), ...otherNames]);

/** The same by the name of a type in the list of mounts, where programs add theirs: `fuse.sshfs`. */
export function isSilentName(type: string): boolean {
  return names.has(type.split('.')[0] ?? '');
}
