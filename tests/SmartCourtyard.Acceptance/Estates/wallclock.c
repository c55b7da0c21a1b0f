/*
 * Moves the wall clock of one program, and nothing else: LD_PRELOAD this, and name in WALLCLOCK a file of eight bytes (a signed number
 * of seconds, little endian) that is added to the true time. The monotonic clock and every wait on it stay true, as on a machine whose
 * time is set. libfaketime reaches further and lets the waits of .NET's timers return at once, so that they spin.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const volatile int64_t *seconds;
static int (*real_clock_gettime)(clockid_t, struct timespec *);

static void find(void)
{
    if (real_clock_gettime == NULL) {
        *(void **)&real_clock_gettime = dlsym(RTLD_NEXT, "clock_gettime");
    }
}

__attribute__((constructor)) static void begin(void)
{
    const char *name = getenv("WALLCLOCK");
    int file = name == NULL ? -1 : open(name, O_RDONLY | O_CLOEXEC);
    find();
    if (file >= 0) {
        void *mapped = mmap(NULL, sizeof *seconds, PROT_READ, MAP_SHARED, file, 0);
        seconds = mapped == MAP_FAILED ? NULL : mapped;
        close(file);
    }
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    find();
    int result = real_clock_gettime(clock, now);
    if (result == 0 && seconds != NULL && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        now->tv_sec += (time_t)*seconds;
    }
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    (void)zone;
    struct timespec exact;
    int result = clock_gettime(CLOCK_REALTIME, &exact);
    now->tv_sec = exact.tv_sec;
    now->tv_usec = exact.tv_nsec / 1000;
    return result;
}

time_t time(time_t *into)
{
    struct timespec exact;
    (void)clock_gettime(CLOCK_REALTIME, &exact);
    if (into != NULL) {
        *into = exact.tv_sec;
    }
    return exact.tv_sec;
}
