/* A disk to lose: fsync copies a watched file aside, whole, in place of writing it to the disk.
   What the loss of power would surely leave is then the copy, not the file. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

/* Copies the file behind `fd` to `<ATTUNE_SYNCED>/<its inode>`, if it lies in ATTUNE_WATCHED.
   A file that can be read is not opened again: closing it would drop SQLite's locks on it. */
static int keep(int fd) {
  const char *watched = getenv("ATTUNE_WATCHED"), *synced = getenv("ATTUNE_SYNCED");
  char link[64], path[PATH_MAX], lock[PATH_MAX], draft[PATH_MAX], final[PATH_MAX];
  struct stat about;
  off_t done = 0;
  if (!watched || !synced || fstat(fd, &about) || !S_ISREG(about.st_mode)) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  size_t prefix = strlen(watched);
  if (length <= (ssize_t)prefix || strncmp(path, watched, prefix) || path[prefix] != '/') return 0;
  snprintf(lock, sizeof lock, "%s/.lock", synced);
  snprintf(final, sizeof final, "%s/%lu", synced, (unsigned long)about.st_ino);
  snprintf(draft, sizeof draft, "%s/.%lu.%d", synced, (unsigned long)about.st_ino, (int)getpid());
  int gate = open(lock, O_RDWR | O_CREAT, 0600);
  if (gate < 0 || flock(gate, LOCK_EX)) return -1;
  int to = open(draft, O_WRONLY | O_CREAT | O_TRUNC, 0600);
  int from = (fcntl(fd, F_GETFL) & O_ACCMODE) == O_WRONLY ? open(link, O_RDONLY) : fd;
  int bad = to < 0 || from < 0 || fstat(fd, &about);
  while (!bad && done < about.st_size) {
    ssize_t sent = sendfile(to, from, &done, about.st_size - done);
    if (sent == 0) break;
    bad = sent < 0;
  }
  close(to);
  if (from != fd) close(from);
  bad = bad || rename(draft, final);
  close(gate);
  return bad ? -1 : 0;
}

int fsync(int fd) {
  static int (*real)(int);
  if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
  int result = getenv("ATTUNE_SYNCED") ? 0 : real(fd);
  return result ? result : keep(fd);
}

int fdatasync(int fd) {
  static int (*real)(int);
  if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fdatasync");
  int result = getenv("ATTUNE_SYNCED") ? 0 : real(fd);
  return result ? result : keep(fd);
}
