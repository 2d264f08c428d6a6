package dev.berth.cli;

/** An RPC that ended without its answer: the runner's gRPC status, or UNAVAILABLE when it was not reached. */
public final class GrpcFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String status;

    public GrpcFailure(String status, String message) {
        super(status + " " + message, null, false, false);
        this.status = status;
    }

    /** A gRPC status by its name, or a number no name is known for. */
    public String status() {
        return status;
    }
}
