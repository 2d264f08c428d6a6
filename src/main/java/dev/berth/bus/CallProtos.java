package dev.berth.bus;

import dev.berth.call.CallRequest;
import dev.berth.call.ContainerTimings;
import dev.berth.call.Header;
import dev.berth.call.ResponseHead;
import dev.berth.call.Saturating;
import dev.berth.error.ErrorCode;
import dev.berth.error.RunnerException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What calls are made of, to protobuf and back. */
final class CallProtos {
    private static final int LEAST_STATUS = 100;
    private static final int MOST_STATUS = 999;
    private static final int NACK = ErrorCode.SERVER_BUSY.wire();

    private CallProtos() {}

    static String given(String what, String text) {
        if (text.isEmpty()) {
            throw new MalformedMessageException("no " + what);
        }
        return text;
    }

    /** Number, wire code and the text for callers; what the log alone is told stays behind. */
    static dev.berth.proto.bus.Error write(RunnerException error) {
        return dev.berth.proto.bus.Error.newBuilder()
                .setNumber(error.code().number())
                .setWireCode(error.wireCode())
                .setText(error.told())
                .build();
    }

    /**
     * An error of a number not known here becomes INTERNAL, with the sender's text. A wire code of 503 under an
     * error that must not have it would make balancers run a call twice, so it is refused.
     */
    static RunnerException read(dev.berth.proto.bus.Error error) {
        ErrorCode code = ErrorCode.ofNumber(error.getNumber());
        if (code.number() != error.getNumber()) {
            return code.exception(error.getText());
        }
        int wireCode = error.getWireCode();
        Ranges.within("wire code", wireCode, LEAST_STATUS, MOST_STATUS);
        if (wireCode == NACK && code.wire() != NACK) {
            throw new MalformedMessageException(code + " cannot be a refusal");
        }
        return code.exception(error.getText(), wireCode);
    }

    static dev.berth.proto.bus.Timings write(ContainerTimings timings) {
        return dev.berth.proto.bus.Timings.newBuilder()
                .setImagePull(timings.imagePull())
                .setPrepare(timings.prepare())
                .setCreate(timings.create())
                .setInit(timings.init())
                .build();
    }

    static ContainerTimings read(dev.berth.proto.bus.Timings timings) {
        Ranges.notNegative("pull time", timings.getImagePull());
        Ranges.notNegative("preparation time", timings.getPrepare());
        Ranges.notNegative("creation time", timings.getCreate());
        Ranges.notNegative("initialization time", timings.getInit());
        return new ContainerTimings(
                timings.getImagePull(), timings.getPrepare(), timings.getCreate(), timings.getInit());
    }

    static dev.berth.proto.bus.RunCall write(RunCall run, Instant now) {
        return dev.berth.proto.bus.RunCall.newBuilder()
                .setContainerId(run.containerId())
                .setLease(run.lease())
                .setRequest(write(run.request(), now))
                .setLooked(run.looked())
                .build();
    }

    static RunCall read(dev.berth.proto.bus.RunCall run, Instant now) {
        return new RunCall(
                given("container", run.getContainerId()), run.getLease(), read(run.getRequest(), now), run.getLooked());
    }

    private static dev.berth.proto.bus.CallRequest write(CallRequest request, Instant now) {
        dev.berth.proto.bus.CallRequest.Builder form = dev.berth.proto.bus.CallRequest.newBuilder()
                .setCallId(request.callId())
                .setAppId(request.appId())
                .setFnId(request.fnId())
                .setMethod(request.method())
                .setUrl(request.url())
                .addAllHeaders(write(request.headers()))
                .setRemainingNanos(remaining(now, request.deadline()))
                .setFirstByteMayBeEarly(request.firstByteMayBeEarly());
        if (request.requestId() != null) {
            form.setRequestId(request.requestId());
        }
        return form.build();
    }

    private static CallRequest read(dev.berth.proto.bus.CallRequest form, Instant now) {
        Ranges.within("time left", form.getRemainingNanos(), -Saturating.LONGEST_NANOS, Saturating.LONGEST_NANOS);
        return new CallRequest(
                form.getCallId(),
                form.getAppId(),
                form.getFnId(),
                given("method", form.getMethod()),
                form.getUrl(),
                read(form.getHeadersList()),
                now.plusNanos(form.getRemainingNanos()),
                form.hasRequestId() ? form.getRequestId() : null,
                form.getFirstByteMayBeEarly());
    }

    private static long remaining(Instant now, Instant deadline) {
        return Saturating.nanos(Duration.between(now, deadline));
    }

    static dev.berth.proto.bus.ResponseHead write(ResponseHead head) {
        return dev.berth.proto.bus.ResponseHead.newBuilder()
                .setStatus(head.status())
                .addAllHeaders(write(head.headers()))
                .build();
    }

    static ResponseHead read(dev.berth.proto.bus.ResponseHead head) {
        Ranges.within("status", head.getStatus(), LEAST_STATUS, MOST_STATUS);
        return new ResponseHead(head.getStatus(), read(head.getHeadersList()));
    }

    private static List<dev.berth.proto.bus.Header> write(List<Header> headers) {
        List<dev.berth.proto.bus.Header> forms = new ArrayList<>(headers.size());
        for (Header header : headers) {
            forms.add(dev.berth.proto.bus.Header.newBuilder()
                    .setName(header.name())
                    .setValue(header.value())
                    .build());
        }
        return forms;
    }

    private static List<Header> read(List<dev.berth.proto.bus.Header> forms) {
        List<Header> headers = new ArrayList<>(forms.size());
        for (dev.berth.proto.bus.Header form : forms) {
            headers.add(new Header(given("header name", form.getName()), form.getValue()));
        }
        return headers;
    }
}
