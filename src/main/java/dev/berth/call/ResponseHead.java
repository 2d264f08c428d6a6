package dev.berth.call;

import java.util.List;

/** Status and headers of a function's answer, hop-by-hop headers removed. */
public record ResponseHead(int status, List<Header> headers) {
    public ResponseHead {
        headers = List.copyOf(headers);
    }
}
