package dev.berth.config;

import java.net.URI;
import java.net.URISyntaxException;

/** Addresses of collectors of traces. */
final class CollectorUrls {
    static final String ALLOWED = "an http:// or https:// URL with a host, and without user or fragment";

    private static final int MAX_PORT = 65_535;

    private CollectorUrls() {}

    /** @param path the path of a URL that has none */
    static SettingType<URI> type(String path) {
        return new SettingType<>("URL", ALLOWED, raw -> parse(raw.scalar(), path), url -> true, URI::toString);
    }

    static URI parse(String text, String path) {
        try {
            URI url = new URI(text.trim());
            boolean web = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
            boolean reachable = url.getHost() != null && url.getPort() != 0 && url.getPort() <= MAX_PORT;
            if (!web || !reachable || url.getRawUserInfo() != null || url.getRawFragment() != null) {
                throw new BadValue();
            }
            boolean bare = url.getRawPath().isEmpty() || url.getRawPath().equals("/");
            return bare && url.getRawQuery() == null ? url.resolve(path) : url;
        } catch (URISyntaxException e) {
            throw new BadValue();
        }
    }
}
