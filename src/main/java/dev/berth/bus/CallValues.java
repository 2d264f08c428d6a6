package dev.berth.bus;

import dev.berth.call.CallFormat;
import dev.berth.call.CallRequest;
import dev.berth.call.ContainerSpec;
import dev.berth.call.ContainerTimings;
import dev.berth.call.Header;
import dev.berth.call.ResponseHead;
import dev.berth.call.SlotKey;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import java.util.List;

/** Wire form of the values that calls are made of. */
public final class CallValues {
    private CallValues() {}

    /** Number, wire code and text; cause and stack stay behind. */
    public static void writeError(WireWriter out, RunnerException error) {
        String text = error.getMessage();
        out.number(error.code().number()).number(error.wireCode()).text(text == null ? "" : text);
    }

    /** An error of a number not known here becomes INTERNAL, with the sender's text. */
    public static RunnerException readError(WireReader in) {
        int number = in.integer();
        int wireCode = in.integer();
        String text = in.text();
        ErrorCode code = ErrorCode.ofNumber(number);
        return code.number() == number ? code.exception(text, wireCode) : code.exception(text);
    }

    static void writeSpec(WireWriter out, ContainerSpec spec) {
        out.bytes(spec.key().bytes())
                .text(spec.image())
                .enumValue(spec.format())
                .map(spec.env());
        out.number(spec.memoryMiB()).number(spec.cpuMillis()).number(spec.tmpfsMiB());
        out.duration(spec.idleTimeout()).optional(spec.syslogUrl(), out::text);
        out.text(spec.appId()).text(spec.appName()).text(spec.fnId()).text(spec.path());
        out.optional(spec.registryToken(), out::text).map(spec.extensions());
        out.flag(spec.networkDisabled()).flag(spec.evictable());
    }

    static ContainerSpec readSpec(WireReader in) {
        return new ContainerSpec(
                new SlotKey(in.bytes()),
                in.text(),
                in.enumValue(CallFormat.class),
                in.map(),
                in.number(),
                in.number(),
                in.number(),
                in.duration(),
                in.optional(in::text),
                in.text(),
                in.text(),
                in.text(),
                in.text(),
                in.optional(in::text),
                in.map(),
                in.flag(),
                in.flag());
    }

    static void writeTimings(WireWriter out, ContainerTimings timings) {
        out.number(timings.imagePull()).number(timings.prepare());
        out.number(timings.create()).number(timings.init());
    }

    static ContainerTimings readTimings(WireReader in) {
        return new ContainerTimings(in.number(), in.number(), in.number(), in.number());
    }

    static void writeRequest(WireWriter out, CallRequest request) {
        out.text(request.callId()).text(request.appId()).text(request.fnId());
        out.text(request.method()).text(request.url());
        writeHeaders(out, request.headers());
        out.instant(request.deadline()).optional(request.requestId(), out::text);
        out.flag(request.firstByteMayBeEarly());
    }

    static CallRequest readRequest(WireReader in) {
        return new CallRequest(
                in.text(),
                in.text(),
                in.text(),
                in.text(),
                in.text(),
                readHeaders(in),
                in.instant(),
                in.optional(in::text),
                in.flag());
    }

    static void writeHead(WireWriter out, ResponseHead head) {
        out.number(head.status());
        writeHeaders(out, head.headers());
    }

    static ResponseHead readHead(WireReader in) {
        return new ResponseHead(in.integer(), readHeaders(in));
    }

    private static void writeHeaders(WireWriter out, List<Header> headers) {
        out.list(headers, header -> out.text(header.name()).text(header.value()));
    }

    private static List<Header> readHeaders(WireReader in) {
        return in.list(() -> new Header(in.text(), in.text()));
    }
}
