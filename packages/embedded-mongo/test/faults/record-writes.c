/*
 * For LD_PRELOAD: records what a process writes to some files, and when it had that synced. Environment: RECORD_FILES,
 * the ends of the files' paths, with colons between, and RECORD_LOG, where the records go. A record is 24 bytes,
 * little-endian: kind ('W' a write, 'P' a write begins that is synced when it returns, 'D' it has returned, 'B' a sync
 * begins, 'E' it has ended), the file's number in RECORD_FILES, from 0, 2 bytes unused, length (32 bits), offset
 * (64 bits), time of the monotonic clock in nanoseconds (64 bits); then a write's data.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { MOST_FILES = 65536 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned char watched[MOST_FILES]; /* 'W' or 'D' for a file that is recorded, 0 for others */
static unsigned char numbers[MOST_FILES];
static int log_file = -1;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void put(const void *bytes, size_t length) {
  static ssize_t (*real)(int, const void *, size_t);
  if (!real) real = (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
  while (length > 0) {
    ssize_t written = real(log_file, bytes, length);
    if (written <= 0) abort();
    bytes = (const char *)bytes + written;
    length -= (size_t)written;
  }
}

static void record(unsigned char kind, int file, uint64_t offset, const struct iovec *parts, int count) {
  struct timespec now;
  unsigned char head[24] = {kind, numbers[file]};
  uint32_t length = 0;
  int at;
  for (at = 0; at < count; at += 1) length += (uint32_t)parts[at].iov_len;
  pthread_mutex_lock(&lock);
  clock_gettime(CLOCK_MONOTONIC, &now);
  uint64_t time = (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
  memcpy(head + 4, &length, 4);
  memcpy(head + 8, &offset, 8);
  memcpy(head + 16, &time, 8);
  put(head, sizeof head);
  for (at = 0; at < count; at += 1) put(parts[at].iov_base, parts[at].iov_len);
  pthread_mutex_unlock(&lock);
}

static int kind_of(int file) { return file >= 0 && file < MOST_FILES ? watched[file] : 0; }

/* The number of the file among those that are recorded, or -1. */
static int number_of(const char *path) {
  const char *end = getenv("RECORD_FILES");
  int number = 0;
  while (end && *end) {
    size_t length = strcspn(end, ":");
    size_t whole = strlen(path);
    if (whole >= length && memcmp(path + whole - length, end, length) == 0) return number;
    end += length + (end[length] == ':');
    number += 1;
  }
  return -1;
}

static int opened(int file, const char *path, int flags) {
  const char *log = getenv("RECORD_LOG");
  int number = number_of(path);
  if (file < 0 || file >= MOST_FILES) return file;
  watched[file] = 0;
  if (!log || number < 0) return file;
  numbers[file] = (unsigned char)number;
  pthread_mutex_lock(&lock);
  if (log_file < 0) log_file = REAL(open)(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  pthread_mutex_unlock(&lock);
  watched[file] = (flags & (O_DSYNC | O_SYNC)) ? 'D' : 'W';
  return file;
}

static mode_t mode_of(int flags, va_list rest) { return flags & O_CREAT ? va_arg(rest, mode_t) : 0; }

#define OPEN(name)                                                 \
  int name(const char *path, int flags, ...) {                     \
    va_list rest;                                                  \
    va_start(rest, flags);                                         \
    mode_t mode = mode_of(flags, rest);                            \
    va_end(rest);                                                  \
    return opened(REAL(name)(path, flags, mode), path, flags);     \
  }
OPEN(open)
OPEN(open64)

int close(int file) {
  if (file >= 0 && file < MOST_FILES) watched[file] = 0;
  return REAL(close)(file);
}

/* The write is made first: what is recorded with time T was made by then. */
#define RECORDED(call, offset, parts, count)                                             \
  int kind = kind_of(file);                                                              \
  if (!kind) return call;                                                                \
  uint64_t place = (uint64_t)(offset);                                                   \
  if (kind == 'D') record('P', file, place, parts, count);                               \
  ssize_t result = call;                                                                 \
  if (result >= 0) record((unsigned char)kind, file, place, parts, count);               \
  return result

ssize_t pwrite(int file, const void *bytes, size_t length, off_t offset) {
  struct iovec part = {(void *)bytes, length};
  RECORDED(REAL(pwrite)(file, bytes, length, offset), offset, &part, 1);
}
ssize_t pwrite64(int file, const void *bytes, size_t length, off64_t offset) {
  struct iovec part = {(void *)bytes, length};
  RECORDED(REAL(pwrite64)(file, bytes, length, offset), offset, &part, 1);
}
ssize_t pwritev(int file, const struct iovec *parts, int count, off_t offset) {
  RECORDED(REAL(pwritev)(file, parts, count, offset), offset, parts, count);
}
ssize_t pwritev64(int file, const struct iovec *parts, int count, off64_t offset) {
  RECORDED(REAL(pwritev64)(file, parts, count, offset), offset, parts, count);
}
ssize_t write(int file, const void *bytes, size_t length) {
  struct iovec part = {(void *)bytes, length};
  RECORDED(REAL(write)(file, bytes, length), lseek(file, 0, SEEK_CUR), &part, 1);
}
ssize_t writev(int file, const struct iovec *parts, int count) {
  RECORDED(REAL(writev)(file, parts, count), lseek(file, 0, SEEK_CUR), parts, count);
}

#define SYNC(name)                                \
  int name(int file) {                            \
    int kind = kind_of(file);                     \
    if (kind) record('B', file, 0, NULL, 0);            \
    int result = REAL(name)(file);                \
    if (kind && result == 0) record('E', file, 0, NULL, 0); \
    return result;                                \
  }
SYNC(fsync)
SYNC(fdatasync)
