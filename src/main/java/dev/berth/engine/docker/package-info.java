/**
 * Containers by an engine that speaks Docker's HTTP API. {@link dev.berth.engine.docker.DockerEngine} is the
 * way in; from there {@code EngineApi} has the verbs, {@code EngineHttp} carries them.
 */
@NullMarked
package dev.berth.engine.docker;

import org.jspecify.annotations.NullMarked;
