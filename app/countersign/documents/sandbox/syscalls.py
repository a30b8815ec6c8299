"""The numbers of the calls of Linux that reading a document needs none of: name, x86_64, aarch64.

Taken from asm/unistd_64.h and asm-generic/unistd.h of Linux; "-" where a machine has no such call.
"""

from typing import NamedTuple

REFUSED = """
# Talking to anybody
socket 41 198  socketpair 53 199  connect 42 203  bind 49 200  listen 50 201  accept 43 202
accept4 288 242  sendto 44 206  sendmsg 46 211  sendmmsg 307 269  recvfrom 45 207  recvmsg 47 212
recvmmsg 299 243  shutdown 48 210  setsockopt 54 208  getsockopt 55 209  getsockname 51 204
getpeername 52 205
# Starting programs and processes; threads are told apart by an argument of clone
execve 59 221  execveat 322 281  fork 57 -  vfork 58 -
# Touching other processes
ptrace 101 117  process_vm_readv 310 270  process_vm_writev 311 271  process_madvise 440 440
pidfd_open 434 434  pidfd_getfd 438 438  pidfd_send_signal 424 424  tkill 200 130
rt_sigqueueinfo 129 138  rt_tgsigqueueinfo 297 240  kcmp 312 272
# Seeing the files otherwise
mount 165 40  umount2 166 39  pivot_root 155 41  chroot 161 51  move_mount 429 429  open_tree 428 428
fsopen 430 430  fsmount 432 432  fsconfig 431 431  fspick 433 433  mount_setattr 442 442
unshare 272 97  setns 308 268  open_by_handle_at 304 265  name_to_handle_at 303 264
# Writing, changing and deleting files; opening them to write is told apart by an argument
creat 85 -  unlink 87 -  unlinkat 263 35  rename 82 -  renameat 264 38  renameat2 316 276  mkdir 83 -
mkdirat 258 34  rmdir 84 -  link 86 -  linkat 265 37  symlink 88 -  symlinkat 266 36  mknod 133 -
mknodat 259 33  chmod 90 -  fchmod 91 52  fchmodat 268 53  fchmodat2 452 452  chown 92 -  fchown 93 55
lchown 94 -  fchownat 260 54  truncate 76 45  ftruncate 77 46  fallocate 285 47  utime 132 -
utimes 235 -  utimensat 280 88  futimesat 261 -  setxattr 188 5  lsetxattr 189 6  fsetxattr 190 7
removexattr 197 14  lremovexattr 198 15  fremovexattr 199 16
# Memory that no limit counts, and talk by it
memfd_create 319 279  memfd_secret 447 447  shmget 29 194  shmat 30 196  shmctl 31 195  shmdt 67 197
msgget 68 186  msgsnd 69 189  msgrcv 70 188  msgctl 71 187  semget 64 190  semop 65 193  semctl 66 191
semtimedop 220 192  mq_open 240 180  mq_unlink 241 181
# Who it is and what it may
setuid 105 146  setgid 106 144  setreuid 113 145  setregid 114 143  setresuid 117 147
setresgid 119 149  setgroups 116 159  setfsuid 122 151  setfsgid 123 152  capset 126 91
personality 135 92  add_key 248 217  request_key 249 218  keyctl 250 219
# The system itself
bpf 321 280  perf_event_open 298 241  userfaultfd 323 282  kexec_load 246 104  kexec_file_load 320 294
init_module 175 105  finit_module 313 273  delete_module 176 106  reboot 169 142  swapon 167 224
swapoff 168 225  acct 163 89  quotactl 179 60  syslog 103 116  sethostname 170 161
setdomainname 171 162  settimeofday 164 170  clock_settime 227 112  clock_adjtime 305 266
adjtimex 159 171  iopl 172 -  ioperm 173 -  modify_ldt 154 -  vhangup 153 58  lookup_dcookie 212 18
inotify_init 253 -  inotify_init1 294 26  inotify_add_watch 254 27  fanotify_init 300 262
fanotify_mark 301 263
"""
"""Refused whatever their arguments are."""

NEWEST = 462
"""The last call known here (mseal, Linux 6.10); what is newer is answered as by a kernel that lacks it."""


class Calls(NamedTuple):
    """The calls of one kind of machine."""

    machine: int
    """Its name in a filter: AUDIT_ARCH_… of linux/audit.h."""
    refused: tuple[int, ...]
    clone: int
    kill: int
    tgkill: int
    prctl: int
    seccomp: int
    open: int | None
    openat: int


OPAQUE = (425, 426, 427, 435, 437)
"""io_uring (three), clone3, openat2: their arguments lie in memory, where no filter can see them; everybody
who uses them can do without. The same numbers on every machine.
"""


def of(machine: str) -> Calls:
    """Return the calls of a machine, by the name that `uname -m` has for it; raises OSError."""
    if machine == "x86_64":
        return Calls(0xC000003E, _column(1), 56, 62, 234, 157, 317, 2, 257)
    if machine == "aarch64":
        return Calls(0xC00000B7, _column(2), 220, 129, 131, 167, 277, None, 56)
    raise OSError(f"not known for {machine} machines")


def _column(number: int) -> tuple[int, ...]:
    words = " ".join(line for line in REFUSED.splitlines() if not line.startswith("#")).split()
    return tuple(int(word) for word in words[number::3] if word != "-")
