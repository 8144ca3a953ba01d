package dev.tandem.text;

import dev.hardwood.row.PqList;
import dev.hardwood.row.PqMap;
import dev.hardwood.row.PqStruct;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Turns values of Parquet into those of JSON, and counts what they come to. */
final class ParquetValues {

    private final long limit;
    private long characters;

    /** @param limit what all texts may come to: a dictionary can name one long text again and again */
    ParquetValues(long limit) {
        this.limit = limit;
    }

    /** Null, a text, a number, true or false, a list, or a map. */
    @Nullable
    Object json(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case String text -> counted(text);
            case Boolean flag -> flag;
            case Byte small -> small.intValue();
            case Short small -> small.intValue();
            case Float real -> real.doubleValue();
            case Integer whole -> whole;
            case Long whole -> whole;
            case Double real -> real;
            case BigDecimal exact -> exact;
            case PqList list -> list(list);
            case PqStruct struct -> struct(struct);
            case PqMap map -> map(map);
            default ->
                throw new UnreadableFile(
                        "unsupported_file",
                        "a column of the rows holds %s; write texts, numbers, lists and structs"
                                .formatted(value.getClass().getSimpleName()));
        };
    }

    private String counted(String text) {
        characters += text.length();
        if (characters > limit) {
            throw UnpackedBytes.tooLarge(limit);
        }
        return text;
    }

    private List<@Nullable Object> list(PqList list) {
        var items = new ArrayList<@Nullable Object>(list.size());
        for (int i = 0; i < list.size(); i++) {
            items.add(json(list.isNull(i) ? null : list.get(i)));
        }
        return items;
    }

    private Map<String, @Nullable Object> struct(PqStruct struct) {
        var fields = new LinkedHashMap<String, @Nullable Object>();
        for (int i = 0; i < struct.getFieldCount(); i++) {
            fields.put(struct.getFieldName(i), struct.isNull(i) ? null : json(struct.getValue(i)));
        }
        return fields;
    }

    private Map<String, @Nullable Object> map(PqMap map) {
        var fields = new LinkedHashMap<String, @Nullable Object>();
        map.getEntries().forEach(entry -> fields.put(String.valueOf(entry.getKey()), json(entry.getValue())));
        return fields;
    }
}
