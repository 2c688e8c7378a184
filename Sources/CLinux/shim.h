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

// glibc's allocator: how many bytes of its heaps are free (mallinfo2(3)), and giving them back to the kernel (malloc_trim(3)).
// Elsewhere nothing is known to be free.
#if __has_include(<gnu/libc-version.h>)
struct martlet_heap { unsigned long parts[10]; };
extern struct martlet_heap martlet_mallinfo(void) __asm__("mallinfo2");
extern int martlet_malloc_trim(unsigned long) __asm__("malloc_trim");
static inline unsigned long martlet_free_heap(void) { return martlet_mallinfo().parts[8]; }
static inline void martlet_trim_heap(void) { martlet_malloc_trim(0); }
// At most so many heaps for all threads (mallopt(3), M_ARENA_MAX).
extern int martlet_mallopt(int option, int value) __asm__("mallopt");
static inline void martlet_limit_heaps(int count) { martlet_mallopt(-8, count); }
#else
static inline unsigned long martlet_free_heap(void) { return 0; }
static inline void martlet_trim_heap(void) {}
static inline void martlet_limit_heaps(int count) { (void)count; }
#endif

#endif
