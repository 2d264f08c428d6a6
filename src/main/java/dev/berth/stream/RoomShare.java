package dev.berth.stream;

/**
 * What one stream has of a {@link SharedRoom}. It asks for {@code FIRST} at first and for twice as much each time it is
 * given more. Whoever drops it has given all of it back with {@code keep(0)}. One context.
 */
final class RoomShare {
    private final SharedRoom room;
    private long width = SharedRoom.FIRST;
    private long held;

    RoomShare(SharedRoom room) {
        this.room = room;
    }

    /** @return how much more it has now; 0 as long as it has over half of what it may have */
    long widen() {
        long more = room.widen(held, width);
        if (more > 0) {
            held += more;
            width = Math.min(2 * width, SharedRoom.WIDEST);
        }
        return more;
    }

    /** Has so much more, whether there is room or not: it was given away elsewhere. */
    void claim(long bytes) {
        held += bytes;
        room.add(bytes);
    }

    /** Gives back what it has beyond {@code bytes}. */
    void keep(long bytes) {
        if (held > bytes) {
            room.add(bytes - held);
            held = bytes;
        }
    }

    long held() {
        return held;
    }
}
