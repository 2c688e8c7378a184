// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

// What Swift's Glibc module does not show of the kernel and the C library. It includes nothing that Glibc's module has.
#ifndef MARTLET_CLINUX_H
#define MARTLET_CLINUX_H

#include <sys/syscall.h>

extern long syscall(long number, ...);

// pidfd_open(2): a descriptor that becomes readable when the process ends.
static inline int martlet_pidfd_open(int pid) { return (int)syscall(SYS_pidfd_open, pid, 0); }

// The flag of posix_spawnattr_setflags(3) that makes the new process leader of a session of its own (glibc 2.26).
static const short martlet_spawn_setsid = 0x80;

// setns(2): moves the calling thread into the network namespace that a descriptor stands for.
static inline int martlet_set_network_namespace(int fd) { return (int)syscall(SYS_setns, fd, 0x40000000); }

// Closes every descriptor from `first` on in the new process (glibc 2.34); Glibc's module does not show it.
extern int posix_spawn_file_actions_addclosefrom_np(void *, int);
static inline int martlet_spawn_closefrom(void *actions, int first) {
    return posix_spawn_file_actions_addclosefrom_np(actions, first);
}

#endif
