package dev.berth.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards a runner, PEM files.
 *
 * @param authority what the runner's certificate must be signed by; null: the system's authorities
 * @param certificate shown to the runner, with its key; both null: none
 * @param verify false accepts any certificate and host name
 */
public record ClientTls(
        @Nullable Path authority,
        @Nullable Path certificate,
        @Nullable Path key,
        boolean verify) {}
