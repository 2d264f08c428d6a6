package dev.berth.worker.stdio;

import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;

/** What the function wrote is not an object of the format; its conversation is beyond repair. */
final class InvalidObject extends RuntimeException {
    private static final long serialVersionUID = 1L;

    InvalidObject(String detail) {
        super(detail, null, false, false);
    }

    RunnerException error() {
        return ErrorCode.OLD_FORMAT_RESPONSE_INVALID.exception(
                "invalid json response from function err: " + getMessage());
    }
}
