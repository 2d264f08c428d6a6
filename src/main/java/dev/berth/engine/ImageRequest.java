package dev.berth.engine;

import org.jspecify.annotations.Nullable;

/**
 * @param image image reference
 * @param registryToken bearer token for the image's registry, if the call brought one
 */
public record ImageRequest(String image, @Nullable String registryToken) {}
