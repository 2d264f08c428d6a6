package dev.berth.why;

/**
 * The places of constants in their lists, by which they are kept in records and travel between nodes. So new ones go to
 * the end of a list, and none is ever taken out.
 */
public final class Places {
    private Places() {}

    @SuppressWarnings("EnumOrdinal") // see above
    public static int of(Enum<?> constant) {
        return constant.ordinal();
    }

    /** What is at that place; what is at the first if this version knows none there. */
    public static <E extends Enum<E>> E at(E[] list, int place) {
        return list[place >= 0 && place < list.length ? place : 0];
    }
}
