import { readFile, realpath, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { StoreError } from "../../errors";

/** `f_type` of statfs(2) on Linux, from `linux/magic.h` and the sources of the file systems. */
const NETWORK_TYPES: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "SMB/CIFS"],
  [0xfe534d42, "SMB2"],
  [0x5346414f, "AFS"],
  [0x6b414653, "AFS"],
  [0x00c36400, "Ceph"],
]);
const FUSE = 0x65735546;
/** Of FUSE the number alone says nothing; its type in the table of mounts does, where the program gives one. */
const NETWORK_FUSE = new Set(["fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.s3fs", "fuse.rclone", "fuse.davfs"]);

/** What Linux tells about a path; replaced in tests. */
export interface FileSystemProbe {
  /** `f_type` of statfs(2). */
  typeOf(path: string): Promise<number>;
  /** The text of `/proc/self/mountinfo`. */
  mounts(): Promise<string>;
}

const LINUX: FileSystemProbe = {
  typeOf: async (path) => (await statfs(path)).type,
  mounts: () => readFile("/proc/self/mountinfo", "utf8"),
};

/**
 * Refuses a path on a network file system: its locks and its fsync do not keep what SQLite needs. Told on Linux only;
 * macOS and Windows give Node.js no type of a file system.
 *
 * @param path the file where it is there already, else its directory
 * @throws StoreError `STORE_NETWORK`
 */
export async function requireLocal(
  path: string,
  probe: FileSystemProbe | null = process.platform === "linux" ? LINUX : null,
): Promise<void> {
  const name = probe === null ? null : await networkFileSystem(path, probe);
  if (name === null) return;
  throw new StoreError(
    "STORE_NETWORK",
    `The store lies on a network file system (${name}), where SQLite loses data; choose a path on a local disk.`,
  );
}

/** The name of the network file system; null for a local one, and where nothing can be told. */
async function networkFileSystem(path: string, probe: FileSystemProbe): Promise<string | null> {
  try {
    // Negative where the number is a signed 32-bit one.
    const type = (await probe.typeOf(path)) >>> 0;
    if (type !== FUSE) return NETWORK_TYPES.get(type) ?? null;
    const fuse = mountType(await probe.mounts(), await realpath(path));
    return NETWORK_FUSE.has(fuse) ? fuse : null;
  } catch {
    return null;
  }
}

/** The type of the mount that holds the path: the longest mount point above it, the last one where several share it. */
function mountType(mounts: string, path: string): string {
  let found = { point: "", type: "" };
  for (const line of mounts.split("\n")) {
    // 36 35 98:0 /root /mount/point options … - type source options; blanks in names are written \040 (proc(5)).
    const [left = "", right = ""] = line.split(" - ");
    const point = (left.split(" ")[4] ?? "").replace(/\\([0-7]{3})/g, (_, code) =>
      String.fromCharCode(Number.parseInt(code, 8)),
    );
    const [type = ""] = right.split(" ");
    if (point !== "" && isAbove(point, path) && point.length >= found.point.length) found = { point, type };
  }
  return found.type;
}

function isAbove(directory: string, path: string): boolean {
  for (let at = path; ; at = dirname(at)) {
    if (at === directory) return true;
    if (at === dirname(at)) return false;
  }
}
