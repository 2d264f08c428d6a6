package dev.berth.cli;

import dev.berth.proto.CallFinished;
import dev.berth.proto.HttpHeader;
import dev.berth.proto.HttpRespMeta;
import dev.berth.proto.TryCall;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One call of the command line, from its first message to its exit code. */
final class CallRun {
    private static final int CANCEL_MILLIS = 500;

    private final Context context;
    private final CallOptions options;
    private final InputSource input;
    private final OutputSink output;
    private final boolean include;
    private final boolean verbose;
    private @Nullable EngageCall call;
    private @Nullable IOException localFailure;

    CallRun(Vertx vertx, CallOptions options, InputStream body, OutputStream answer, boolean include, boolean verbose) {
        this.context = vertx.getOrCreateContext();
        this.options = options;
        this.input = new InputSource(context, body, thread("body-reader"));
        this.output = new OutputSink(context, answer, thread("answer-writer"));
        this.include = include;
        this.verbose = verbose;
    }

    /** Blocks until the call is over; returns the exit code. */
    int execute(EngageClient client, TryCall tryCall, PrintWriter err) {
        Promise<CallFinished> over = Promise.promise();
        context.runOnContext(v -> client.engage(tryCall, options.engageOptions())
                .compose(this::drive)
                .onComplete(over));
        Thread interrupted = new Thread(this::cancelAndWait, "cancel");
        Runtime.getRuntime().addShutdownHook(interrupted);
        try {
            CallFinished finished = Blocking.await(over.future());
            return report(finished, err);
        } catch (Exception e) {
            return report(e, err);
        } finally {
            removeHook(interrupted);
            err.flush();
        }
    }

    private Future<CallFinished> drive(EngageCall engaged) {
        call = engaged;
        Promise<Void> written = Promise.promise();
        engaged.headHandler(this::onHead);
        engaged.response()
                .handler(this::onPiece)
                .endHandler(written::tryComplete)
                .exceptionHandler(failure -> written.tryComplete());
        output.exceptionHandler(this::giveUp);
        sendBody(engaged);
        return engaged.finished()
                .compose(
                        finished -> written.future().compose(ended -> flushed()).map(finished));
    }

    private void sendBody(EngageCall engaged) {
        String text = options.bodyText();
        if (text != null) {
            engaged.body().end(Buffer.buffer(text)).onFailure(this::ignoreSinceTheCallTells);
            return;
        }
        input.pipe().endOnFailure(false).to(engaged.body()).onFailure(failure -> {
            if (input.failure() != null) {
                giveUp(input.failure());
            }
        });
    }

    private void onHead(HttpRespMeta head) {
        if (!include) {
            return;
        }
        StringBuilder text =
                new StringBuilder("HTTP ").append(head.getStatusCode()).append('\n');
        for (HttpHeader header : head.getHeadersList()) {
            text.append(header.getKey()).append(": ").append(header.getValue()).append('\n');
        }
        onPiece(Buffer.buffer(text.append('\n').toString()));
    }

    private void onPiece(Buffer piece) {
        output.write(piece).onFailure(this::giveUp);
        EngageCall engaged = call;
        if (output.writeQueueFull() && engaged != null) {
            engaged.response().pause();
            output.drainHandler(drained -> engaged.response().resume());
        }
    }

    /** Everything written so far has left. */
    private Future<Void> flushed() {
        return output.write(Buffer.buffer());
    }

    /** What happens here stops the call. */
    private void giveUp(Throwable failure) {
        if (localFailure == null && failure instanceof IOException io) {
            localFailure = io;
        }
        if (call != null) {
            call.cancel();
        }
    }

    /** A body that cannot be sent any more is not reported: the call's end says why. */
    private void ignoreSinceTheCallTells(Throwable failure) {}

    private int report(CallFinished finished, PrintWriter err) {
        if (verbose) {
            err.println(ElapsedText.describe(finished));
        }
        if (finished.getSuccess()) {
            return localFailure == null ? ExitCode.OK : report(localFailure, err);
        }
        err.println(finished.getErrorCode() + " " + TerminalText.of(finished.getErrorStr()));
        return switch (finished.getErrorCode()) {
            case 503 -> ExitCode.REFUSED;
            case 504 -> ExitCode.TIMEOUT;
            default -> blamesCaller(finished) ? ExitCode.FAILED : ExitCode.RUNNER_FAILED;
        };
    }

    private int report(Exception failure, PrintWriter err) {
        if (localFailure != null) {
            String text = String.valueOf(localFailure.getMessage());
            if (!text.contains("Broken pipe")) {
                err.println("berth: " + text);
            }
            return ExitCode.LOCAL_IO;
        }
        err.println(FailureText.line(failure));
        return ExitCode.UNREACHABLE;
    }

    private static boolean blamesCaller(CallFinished finished) {
        return finished.getErrorUser() || finished.getErrorCode() < 500 || finished.getErrorCode() == 501;
    }

    /** In a process that was interrupted: the runner is told before it ends. */
    private void cancelAndWait() {
        CompletableFuture<Void> told = new CompletableFuture<>();
        context.runOnContext(v -> {
            if (call != null) {
                call.cancel();
            }
            told.complete(null);
        });
        try {
            told.get(CANCEL_MILLIS, TimeUnit.MILLISECONDS);
        } catch (Exception endedOrNot) {
            // The process ends either way.
        }
    }

    private static void removeHook(Thread hook) {
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException exiting) {
            // The hook is what runs now.
        }
    }

    /** A thread that does not keep the process when it hangs in a read or a write. */
    private static ExecutorService thread(String name) {
        return Executors.newSingleThreadExecutor(task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        });
    }
}
