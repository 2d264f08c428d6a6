/*
 * The native half of com.fnproject.fn.runtime.ntv.UnixSocketNative.
 *
 * The Java FDK listens on a Unix socket through a class of static native methods, and loads them from a library named
 * "fnunixsocket" that is not in its jar. This file implements those methods, so that the FDK's jars run as they are.
 *
 * What the FDK's Java side relies on:
 *  - accept() returns 0 when its timeout passes without a connection;
 *  - recv() returns -1 at the end of the stream, send() never returns 0;
 *  - a failed system call is a UnixSocketException(operation, reason), a passed receive or send timeout a
 *    java.net.SocketTimeoutException.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <jni.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define NATIVE(type, name) JNIEXPORT type JNICALL Java_com_fnproject_fn_runtime_ntv_UnixSocketNative_##name

/* Most bytes that one recv or send moves; the Java side loops. Up to STACK_CHUNK they need no allocation. */
enum { MAX_CHUNK = 64 * 1024, STACK_CHUNK = 8 * 1024 };

static void throw_message(JNIEnv *env, const char *class_name, const char *message) {
    jclass type = (*env)->FindClass(env, class_name);
    if (type != NULL) {
        (*env)->ThrowNew(env, type, message);
        (*env)->DeleteLocalRef(env, type);
    }
}

/* Throws UnixSocketException(operation, reason). On any failure within, the failure's own exception stays pending. */
static void throw_socket(JNIEnv *env, const char *operation, const char *reason) {
    jclass type = (*env)->FindClass(env, "com/fnproject/fn/runtime/ntv/UnixSocketException");
    if (type == NULL) {
        return;
    }
    jmethodID init = (*env)->GetMethodID(env, type, "<init>", "(Ljava/lang/String;Ljava/lang/String;)V");
    jstring first = init == NULL ? NULL : (*env)->NewStringUTF(env, operation);
    jstring second = first == NULL ? NULL : (*env)->NewStringUTF(env, reason);
    if (second != NULL) {
        jthrowable thrown = (jthrowable)(*env)->NewObject(env, type, init, first, second);
        if (thrown != NULL) {
            (*env)->Throw(env, thrown);
        }
    }
}

static void throw_errno(JNIEnv *env, const char *operation, int error) {
    char text[128];
    throw_socket(env, operation, strerror_r(error, text, sizeof text));
}

static void throw_io(JNIEnv *env, const char *operation, int error) {
    if (error == EAGAIN || error == EWOULDBLOCK) {
        throw_message(env, "java/net/SocketTimeoutException", operation);
    } else {
        throw_errno(env, operation, error);
    }
}

/* Fills in the address of a path; 0, with an exception pending, when that cannot be done. */
static socklen_t to_address(JNIEnv *env, const char *operation, jstring path, struct sockaddr_un *address) {
    if (path == NULL) {
        throw_message(env, "java/lang/NullPointerException", "path");
        return 0;
    }
    jsize length = (*env)->GetStringUTFLength(env, path);
    if ((size_t)length >= sizeof address->sun_path) {
        throw_errno(env, operation, ENAMETOOLONG);
        return 0;
    }
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    (*env)->GetStringUTFRegion(env, path, 0, (*env)->GetStringLength(env, path), address->sun_path);
    return (*env)->ExceptionCheck(env) ? 0 : (socklen_t)sizeof *address;
}

/* Whether offset and length lie within the array; throws if not. */
static int in_bounds(JNIEnv *env, jbyteArray array, jint offset, jint length) {
    if (array == NULL) {
        throw_message(env, "java/lang/NullPointerException", "buffer");
        return 0;
    }
    if (offset < 0 || length < 0 || offset > (*env)->GetArrayLength(env, array) - length) {
        throw_message(env, "java/lang/ArrayIndexOutOfBoundsException", "offset or length outside the buffer");
        return 0;
    }
    return 1;
}

static int64_t now_ms(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* Waits until fd is readable: 1 if it is, 0 when timeout_ms passed, -1 with errno set. 0 or less waits for ever. */
static int await_readable(int fd, int64_t timeout_ms) {
    int64_t end = now_ms() + timeout_ms;
    for (;;) {
        int64_t left = timeout_ms <= 0 ? -1 : end - now_ms();
        if (timeout_ms > 0 && left < 0) {
            left = 0;
        }
        struct pollfd watched = {.fd = fd, .events = POLLIN};
        int ready = poll(&watched, 1, left > INT32_MAX ? INT32_MAX : (int)left);
        if (ready > 0 && (watched.revents & POLLNVAL)) {
            errno = EBADF;
            return -1;
        }
        if (ready >= 0 || errno != EINTR) {
            return ready;
        }
    }
}

NATIVE(jint, socket)(JNIEnv *env, jclass self) {
    (void)self;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        throw_errno(env, "socket", errno);
    }
    return fd;
}

NATIVE(void, bind)(JNIEnv *env, jclass self, jint fd, jstring path) {
    (void)self;
    struct sockaddr_un address;
    socklen_t length = to_address(env, "bind", path, &address);
    if (length != 0 && bind(fd, (struct sockaddr *)&address, length) < 0) {
        throw_errno(env, "bind", errno);
    }
}

NATIVE(void, connect)(JNIEnv *env, jclass self, jint fd, jstring path) {
    (void)self;
    struct sockaddr_un address;
    socklen_t length = to_address(env, "connect", path, &address);
    if (length == 0) {
        return;
    }
    int result;
    do {
        result = connect(fd, (struct sockaddr *)&address, length);
    } while (result < 0 && errno == EINTR);
    if (result < 0) {
        throw_io(env, "connect", errno);
    }
}

NATIVE(void, listen)(JNIEnv *env, jclass self, jint fd, jint backlog) {
    (void)self;
    if (listen(fd, backlog) < 0) {
        throw_errno(env, "listen", errno);
    }
}

NATIVE(jint, accept)(JNIEnv *env, jclass self, jint fd, jlong timeout_ms) {
    (void)self;
    int ready = await_readable(fd, timeout_ms);
    if (ready <= 0) {
        if (ready < 0) {
            throw_errno(env, "accept", errno);
        }
        return 0;
    }
    int connection;
    do {
        connection = accept4(fd, NULL, NULL, SOCK_CLOEXEC);
    } while (connection < 0 && errno == EINTR);
    if (connection >= 0) {
        return connection;
    }
    /* The peer may have given up between the poll and here; that is no fault of the listening socket. */
    if (errno == ECONNABORTED || errno == EAGAIN) {
        return 0;
    }
    throw_errno(env, "accept", errno);
    return 0;
}

NATIVE(jint, recv)(JNIEnv *env, jclass self, jint fd, jbyteArray array, jint offset, jint length) {
    (void)self;
    if (!in_bounds(env, array, offset, length) || length == 0) {
        return 0;
    }
    char small[STACK_CHUNK];
    size_t wanted = length > MAX_CHUNK ? MAX_CHUNK : (size_t)length;
    char *chunk = wanted <= sizeof small ? small : malloc(wanted);
    if (chunk == NULL) {
        throw_message(env, "java/lang/OutOfMemoryError", "receive buffer");
        return 0;
    }
    ssize_t count;
    do {
        count = recv(fd, chunk, wanted, 0);
    } while (count < 0 && errno == EINTR);
    if (count > 0) {
        (*env)->SetByteArrayRegion(env, array, offset, (jsize)count, (const jbyte *)chunk);
    } else if (count < 0) {
        throw_io(env, "recv", errno);
    }
    if (chunk != small) {
        free(chunk);
    }
    return count == 0 ? -1 : (jint)count;
}

NATIVE(jint, send)(JNIEnv *env, jclass self, jint fd, jbyteArray array, jint offset, jint length) {
    (void)self;
    if (!in_bounds(env, array, offset, length) || length == 0) {
        return 0;
    }
    char small[STACK_CHUNK];
    size_t wanted = length > MAX_CHUNK ? MAX_CHUNK : (size_t)length;
    char *chunk = wanted <= sizeof small ? small : malloc(wanted);
    if (chunk == NULL) {
        throw_message(env, "java/lang/OutOfMemoryError", "send buffer");
        return 0;
    }
    (*env)->GetByteArrayRegion(env, array, offset, (jsize)wanted, (jbyte *)chunk);
    ssize_t count;
    do {
        count = send(fd, chunk, wanted, MSG_NOSIGNAL);
    } while (count < 0 && errno == EINTR);
    if (count < 0) {
        throw_io(env, "send", errno);
    }
    if (chunk != small) {
        free(chunk);
    }
    return (jint)count;
}

NATIVE(void, close)(JNIEnv *env, jclass self, jint fd) {
    (void)self;
    /* On Linux the descriptor is gone even when close() was interrupted, so it must not be tried again. */
    if (close(fd) < 0 && errno != EINTR) {
        throw_errno(env, "close", errno);
    }
}

static void set_timeout(JNIEnv *env, const char *operation, int fd, int option, jint timeout_ms) {
    if (timeout_ms < 0) {
        throw_message(env, "java/lang/IllegalArgumentException", "negative timeout");
        return;
    }
    struct timeval value = {.tv_sec = timeout_ms / 1000, .tv_usec = (timeout_ms % 1000) * 1000};
    if (setsockopt(fd, SOL_SOCKET, option, &value, sizeof value) < 0) {
        throw_errno(env, operation, errno);
    }
}

static jint get_timeout(JNIEnv *env, const char *operation, int fd, int option) {
    struct timeval value = {0, 0};
    socklen_t length = sizeof value;
    if (getsockopt(fd, SOL_SOCKET, option, &value, &length) < 0) {
        throw_errno(env, operation, errno);
        return 0;
    }
    return (jint)(value.tv_sec * 1000 + value.tv_usec / 1000);
}

NATIVE(void, setSendTimeout)(JNIEnv *env, jclass self, jint fd, jint timeout_ms) {
    (void)self;
    set_timeout(env, "setSendTimeout", fd, SO_SNDTIMEO, timeout_ms);
}

NATIVE(jint, getSendTimeout)(JNIEnv *env, jclass self, jint fd) {
    (void)self;
    return get_timeout(env, "getSendTimeout", fd, SO_SNDTIMEO);
}

NATIVE(void, setRecvTimeout)(JNIEnv *env, jclass self, jint fd, jint timeout_ms) {
    (void)self;
    set_timeout(env, "setRecvTimeout", fd, SO_RCVTIMEO, timeout_ms);
}

NATIVE(jint, getRecvTimeout)(JNIEnv *env, jclass self, jint fd) {
    (void)self;
    return get_timeout(env, "getRecvTimeout", fd, SO_RCVTIMEO);
}

static void set_buffer(JNIEnv *env, const char *operation, int fd, int option, jint bytes) {
    int value = bytes;
    if (setsockopt(fd, SOL_SOCKET, option, &value, sizeof value) < 0) {
        throw_errno(env, operation, errno);
    }
}

NATIVE(void, setSendBufSize)(JNIEnv *env, jclass self, jint fd, jint bytes) {
    (void)self;
    set_buffer(env, "setSendBufSize", fd, SO_SNDBUF, bytes);
}

NATIVE(void, setRecvBufSize)(JNIEnv *env, jclass self, jint fd, jint bytes) {
    (void)self;
    set_buffer(env, "setRecvBufSize", fd, SO_RCVBUF, bytes);
}

NATIVE(void, shutdown)(JNIEnv *env, jclass self, jint fd, jboolean input, jboolean output) {
    (void)self;
    if (!input && !output) {
        return;
    }
    int how = input && output ? SHUT_RDWR : input ? SHUT_RD : SHUT_WR;
    if (shutdown(fd, how) < 0) {
        throw_errno(env, "shutdown", errno);
    }
}
