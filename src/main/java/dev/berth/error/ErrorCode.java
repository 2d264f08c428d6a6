package dev.berth.error;

import static dev.berth.error.Blame.CALLER;
import static dev.berth.error.Blame.CAPACITY;
import static dev.berth.error.Blame.FUNCTION;
import static dev.berth.error.Blame.NOBODY;
import static dev.berth.error.Blame.PLATFORM;
import static dev.berth.error.Retry.ELSEWHERE;
import static dev.berth.error.Retry.NEVER;

import java.util.HashMap;
import java.util.Map;

/**
 * Every error a call can end with.
 *
 * <p>{@link #number()} is what travels between verticles and nodes; numbers are grouped by blame and never
 * reused. {@link #wire()} is the {@code errorCode} a load balancer sees. Two rules hold for the wire code:
 * it is never 0 (a load balancer turns 0 into HTTP 200), and it is 503 only while nothing of the call has
 * reached a function (503 makes a load balancer place the call again).
 *
 * <p>Choosing between neighbours: a deadline that passes while the call waits is {@link #SERVER_BUSY}, one
 * that passes once a slot is won is {@link #CALL_TIMEOUT}; a container that ends before it is ready is
 * {@link #INIT_FAILED}, one that is not ready in time {@link #INIT_TIMEOUT}.
 */
public enum ErrorCode {
    INVALID_JSON(101, CALLER, 400, NEVER, "Invalid JSON"),
    INVALID_CPUS(
            102,
            CALLER,
            400,
            NEVER,
            "Cpus is invalid. Value should be either between [0.000 and 1024.000] or [0m and 1024000m] milliCPU units"),
    INVALID_SLOT_HASH(103, CALLER, 400, NEVER, "slot_hash_id is not hex"),
    INVALID_URL(104, CALLER, 400, NEVER, "Invalid URL"),
    INVALID_METHOD(105, CALLER, 400, NEVER, "Invalid HTTP method"),
    INVALID_IMAGE(106, CALLER, 400, NEVER, "Invalid Fn image"),
    INVALID_FORMAT(107, CALLER, 400, NEVER, "Unknown function format"),
    RESOURCE_TOO_BIG(108, CALLER, 400, NEVER, "Requested CPU/Memory cannot be allocated"),
    IMAGE_WITH_VOLUME(109, CALLER, 400, NEVER, "image has Volume definition"),
    DETACH_UNSUPPORTED(110, CALLER, 501, NEVER, "Detach call functions are not supported on this server"),
    REQUEST_TOO_BIG(111, CALLER, 413, NEVER, "Request content too large"),
    INVALID_EVENT_BODY(112, CALLER, 400, NEVER, "Invalid json body with contentType 'application/json'."),
    INVALID_HEADER(113, CALLER, 400, NEVER, "Invalid HTTP header"),
    /** Any other value of the call that the engine, a log or the function's request could not take. */
    INVALID_CALL(114, CALLER, 400, NEVER, "Invalid call"),
    INVALID_SYSLOG_URL(115, CALLER, 400, NEVER, "Invalid syslog_url"),

    CALL_TIMEOUT(201, FUNCTION, 504, NEVER, "Timed out"),
    PULL_TIMEOUT(202, FUNCTION, 504, NEVER, "Image pull timed out"),
    INIT_TIMEOUT(
            203,
            FUNCTION,
            504,
            NEVER,
            "Container initialization timed out, please ensure you are using the latest fdk and check the logs"),
    INIT_FAILED(
            204,
            FUNCTION,
            502,
            NEVER,
            "Container failed to initialize, please ensure you are using the latest fdk and check the logs"),
    FUNCTION_FAILED(205, FUNCTION, 502, NEVER, "function failed"),
    INVALID_RESPONSE(206, FUNCTION, 502, NEVER, "invalid function response"),
    RESPONSE_BROKEN(207, FUNCTION, 502, NEVER, "error receiving function response"),
    RESPONSE_HEADER_TOO_BIG(208, FUNCTION, 502, NEVER, "function response header too large"),
    RESPONSE_TOO_BIG(209, FUNCTION, 502, NEVER, "function response body too large"),
    PREMATURE_WRITE(210, FUNCTION, 502, NEVER, "function invoked write before receiving entire request"),
    REQUEST_PIPE_CLOSED(211, FUNCTION, 502, NEVER, "function closed pipe while receiving request"),
    PULL_FAILED(212, FUNCTION, 502, NEVER, "Failed to pull image"),
    SYSLOG_UNAVAILABLE(213, FUNCTION, 500, NEVER, "Syslog Unavailable"),
    CONTAINER_EXIT(214, FUNCTION, 502, NEVER, "container exit code"),
    OUT_OF_MEMORY(
            215,
            FUNCTION,
            502,
            NEVER,
            "container out of memory, you may want to raise route.memory for this route (default: 128MB)"),
    OLD_FORMAT_RESPONSE_INVALID(216, FUNCTION, 502, NEVER, "invalid response from function"),
    OLD_FORMAT_RESPONSE_TOO_BIG(217, FUNCTION, 502, NEVER, "function response too large"),

    SERVER_BUSY(301, CAPACITY, 503, ELSEWHERE, "Timed out - server too busy"),
    /** A lease whose container went away before anything of the call reached it. */
    SLOT_GONE(302, CAPACITY, 503, ELSEWHERE, "Timed out - server too busy"),
    /** The engine does not answer, so that no container can be started here. */
    ENGINE_GONE(303, CAPACITY, 503, ELSEWHERE, "container engine is not answering"),
    /** A stream that nobody took when it was to be opened, so that nothing of its call has reached a worker. */
    UNDELIVERED(304, CAPACITY, 503, ELSEWHERE, "Timed out - server too busy"),

    INTERNAL(401, PLATFORM, 500, NEVER, "internal error"),
    ENGINE_FAILED(402, PLATFORM, 500, NEVER, "container engine failed"),
    SOCKET_DIRECTORY(403, PLATFORM, 500, NEVER, "socket directory failed"),
    /** Frames between verticles were lost, repeated or out of bounds. */
    STREAM_BROKEN(405, PLATFORM, 500, NEVER, "frames between runner parts were lost"),
    /** The verticle or node at the other end of a stream has gone. */
    PEER_LOST(406, PLATFORM, 500, NEVER, "the worker of this call was lost"),
    STATUS_CHECK_FAILED(407, PLATFORM, 500, NEVER, "health check failed"),
    /** The engine cannot freeze containers in this set-up. Stays between engine and worker; no call ends with it. */
    PAUSE_UNSUPPORTED(408, PLATFORM, 500, NEVER, "containers cannot be paused here"),
    /** The runner stopped and could not wait for the call's end. */
    CUT_OFF(410, PLATFORM, 500, NEVER, "the runner stopped before the call had ended"),

    CANCELLED(501, NOBODY, 502, NEVER, "call cancelled");

    private static final Map<Integer, ErrorCode> BY_NUMBER = new HashMap<>();

    static {
        for (ErrorCode code : values()) {
            BY_NUMBER.put(code.number, code);
        }
    }

    private final int number;
    private final Blame blame;
    private final int wire;
    private final Retry retry;
    private final String text;

    ErrorCode(int number, Blame blame, int wire, Retry retry, String text) {
        this.number = number;
        this.blame = blame;
        this.wire = wire;
        this.retry = retry;
        this.text = text;
    }

    /** The code with this number; {@link #INTERNAL} for a number this version does not know. */
    public static ErrorCode ofNumber(int number) {
        return BY_NUMBER.getOrDefault(number, INTERNAL);
    }

    public int number() {
        return number;
    }

    public Blame blame() {
        return blame;
    }

    /** The {@code errorCode} sent to a load balancer, unless the exception carries one of its own. */
    public int wire() {
        return wire;
    }

    public Retry retry() {
        return retry;
    }

    /** The exact text a load balancer sees when there is nothing more particular to say. */
    public String text() {
        return text;
    }

    /** This error with its own text. */
    public RunnerException exception() {
        return exception(text);
    }

    /** This error with a particular text: what, which id, observed value, limit. */
    public RunnerException exception(String message) {
        return exception(message, wire);
    }

    /** This error with a wire code that is only known at run time (an engine's status). Never 0 or 503. */
    public RunnerException exception(String message, int wireCode) {
        return make(new RunnerException.Texts(message, message), wireCode);
    }

    /** This error with a message for the log alone; callers are told {@link #text()}. */
    public RunnerException hiding(String logged) {
        return hiding(text, logged);
    }

    /** This error with one text for callers, and one for the log that may name what is this machine's. */
    public RunnerException hiding(String told, String logged) {
        return hiding(told, logged, wire);
    }

    /** The same with a wire code that is only known at run time. Never 0 or 503. */
    public RunnerException hiding(String told, String logged, int wireCode) {
        return make(new RunnerException.Texts(told, logged), wireCode);
    }

    private RunnerException make(RunnerException.Texts texts, int wireCode) {
        return switch (blame) {
            case CALLER -> new RunnerException.CallerException(this, texts, wireCode);
            case FUNCTION -> new RunnerException.FunctionException(this, texts, wireCode);
            case CAPACITY -> new RunnerException.CapacityException(this, texts, wireCode);
            case PLATFORM -> new RunnerException.PlatformException(this, texts, wireCode);
            case NOBODY -> new RunnerException.CancelledException(this, texts, wireCode);
        };
    }
}
