package dev.berth.engine.docker;

/** Hears of every request made to the engine and of its images, for metrics. Called on event loops: must not block or throw. */
@FunctionalInterface
public interface EngineCallListener {
    EngineCallListener NONE = (verb, status, nanos) -> {};

    /**
     * @param verb {@code create_container}, {@code inspect_image}, …
     * @param status HTTP status; 0: no answer, or none in time
     * @param nanos from asking to the end of the answer, or to its head if it is streamed
     */
    void onCall(String verb, int status, long nanos);

    /** The images have changed, or their use. Told on one context, and only where images are removed for the room they take. */
    default void onImages(ImageCounts now) {}
}
