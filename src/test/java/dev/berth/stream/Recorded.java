package dev.berth.stream;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A stream and all that its handlers were told, in order. */
final class Recorded {
    final FrameStream stream;
    final List<String> events = new CopyOnWriteArrayList<>();
    private final StringBuffer text = new StringBuffer();

    Recorded(FrameStream stream) {
        this.stream = stream;
        stream.inbound().handler(bytes -> {
            text.append(bytes);
            events.add("data " + bytes);
        });
        stream.inbound().endHandler(nothing -> events.add("end"));
        stream.inbound().exceptionHandler(why -> events.add("inbound " + code(why)));
        stream.outbound().exceptionHandler(why -> events.add("outbound " + code(why)));
        stream.outbound().drainHandler(nothing -> events.add("drain"));
        stream.noteHandler(note -> events.add("note " + note));
        stream.finishHandler(end -> events.add("finish " + end));
        stream.failureHandler(why -> events.add("failure " + code(why)));
    }

    static String code(Throwable why) {
        return why instanceof dev.berth.error.RunnerException known
                ? known.code().name()
                : why.toString();
    }

    /** All data so far, however it was cut. */
    String text() {
        return text.toString();
    }

    /** Events other than data. */
    List<String> signals() {
        return events.stream().filter(event -> !event.startsWith("data ")).toList();
    }

    boolean saw(String event) {
        return events.contains(event);
    }

    long count(String event) {
        return events.stream().filter(event::equals).count();
    }

    /** Writes and notes how the write ended, under a name. */
    void write(String name, Buffer bytes) {
        record(name, stream.outbound().write(bytes));
    }

    void record(String name, Future<Void> future) {
        future.onComplete(done -> events.add(name + (done.succeeded() ? " ok" : " " + code(done.cause()))));
    }
}
