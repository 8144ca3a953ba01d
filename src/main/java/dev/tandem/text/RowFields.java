package dev.tandem.text;

import java.util.List;

/** The names that the fields of rows have. */
public final class RowFields {

    public static final List<String> NAMES = RowShape.mappable();

    private RowFields() {}
}
