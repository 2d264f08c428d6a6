package dev.berth.conformance;

/** Calls of the function that speaks the formats of 2018. */
final class OldCall {
    static final String IMAGE = "berth/old-formats";

    private OldCall() {}

    /** A call with a body of JSON and a program of steps. */
    static CallDoc of(String format, String program) {
        return CallDoc.of(program)
                .with("image", IMAGE)
                .with("format", format)
                .with("method", "POST")
                .with("url", "http://lb.example:8080/r/app/fn?q=1")
                .config("FN_FORMAT", format)
                .header("Content-Type", "application/json");
    }
}
