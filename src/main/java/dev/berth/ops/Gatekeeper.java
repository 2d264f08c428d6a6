package dev.berth.ops;

import dev.berth.config.HttpConfig;
import io.netty.util.NetUtil;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who is let in. Besides tokens it keeps out pages of other sites, which can make an operator's browser send requests:
 * those that name this node by a name of theirs, and those that the browser says come from them. Confined to one
 * context.
 */
final class Gatekeeper {
    private static final String ORIGIN = "Origin";
    private static final String FETCH_SITE = "Sec-Fetch-Site";

    private final Set<String> hosts = new HashSet<>();
    private final Tokens tokens;

    /** Why a request is not let in. */
    record Refusal(int status, String text) {}

    Gatekeeper(HttpConfig config, Tokens tokens) {
        hosts.add("localhost");
        hosts.add(config.host().toLowerCase(Locale.ROOT));
        config.hosts().forEach(host -> hosts.add(host.toLowerCase(Locale.ROOT)));
        this.tokens = tokens;
    }

    /** What is wrong with a request whatever it is for; null: nothing. */
    @Nullable
    Refusal refusesAny(HttpServerRequest request) {
        String host = request.getHeader(HttpHeaders.HOST);
        if (host == null && request.version() == HttpVersion.HTTP_1_1) {
            return new Refusal(400, "Host is missing");
        }
        if (host != null && !isOurs(host)) {
            return new Refusal(403, "Host is not one of http.hosts");
        }
        String origin = request.getHeader(ORIGIN);
        if (origin != null && (host == null || !isOf(origin, host))) {
            return new Refusal(403, "requests from other sites are refused");
        }
        return null;
    }

    /** What more is wrong with it if it is for something that wants a role; null: nothing. */
    @Nullable
    Refusal refuses(HttpServerRequest request, Role needed) {
        if (needed == Role.ANYBODY) {
            return null;
        }
        String site = request.getHeader(FETCH_SITE);
        if (site != null && !site.equals("same-origin") && !site.equals("none")) {
            return new Refusal(403, "requests from other sites are refused");
        }
        if (!tokens.wanted()) {
            return null;
        }
        String address =
                request.remoteAddress() == null ? "" : request.remoteAddress().hostAddress();
        return switch (tokens.check(request.getHeader(HttpHeaders.AUTHORIZATION), String.valueOf(address), needed)) {
            case GOOD -> null;
            case UNKNOWN -> new Refusal(401, "a token is needed, as Authorization: Bearer");
            case TOO_LITTLE -> new Refusal(403, "this token may look, not change");
            case TOO_MANY -> new Refusal(429, "too many wrong tokens");
        };
    }

    /** No page can have an address in place of its name unless it is this node's own. */
    private boolean isOurs(String authority) {
        String host = withoutPort(authority).toLowerCase(Locale.ROOT);
        return hosts.contains(host) || NetUtil.isValidIpV4Address(host) || NetUtil.isValidIpV6Address(host);
    }

    private static String withoutPort(String authority) {
        if (authority.startsWith("[")) {
            int end = authority.indexOf(']');
            return end < 0 ? authority : authority.substring(1, end);
        }
        int colon = authority.indexOf(':');
        return colon < 0 ? authority : authority.substring(0, colon);
    }

    private static boolean isOf(String origin, String host) {
        return origin.equalsIgnoreCase("http://" + host) || origin.equalsIgnoreCase("https://" + host);
    }
}
