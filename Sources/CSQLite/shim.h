// SPDX-License-Identifier: Apache-2.0
// Copyright the Martlet authors

// What Swift cannot import of sqlite3.h by itself: variadic functions and the destructor constants.

#ifndef MARTLET_CSQLITE_SHIM_H
#define MARTLET_CSQLITE_SHIM_H

#include <sqlite3.h>

// Switches off the counting of memory, which takes a lock shared by all connections at every allocation.
// Refused (SQLITE_MISUSE) once SQLite is initialized; nothing depends on it.
static inline int martlet_sqlite_disable_memory_statistics(void) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

// Binds bytes that SQLite copies. In both functions a null pointer would bind NULL where an empty value is meant.
static inline int martlet_sqlite_bind_text_copy(sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
    return sqlite3_bind_text64(
        statement, index, bytes ? (const char *)bytes : "", count, SQLITE_TRANSIENT, SQLITE_UTF8);
}

// Binds bytes that the caller keeps in place until the statement is reset.
static inline int martlet_sqlite_bind_blob_in_place(
    sqlite3_stmt *statement, int index, const void *bytes, sqlite3_uint64 count) {
    return sqlite3_bind_blob64(statement, index, bytes ? bytes : "", count, SQLITE_STATIC);
}

#endif
