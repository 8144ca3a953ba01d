package dev.tandem.jobs;

import dev.tandem.spec.Instruction;
import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Converter;
import java.util.Locale;

/** Enum constants as the database has them: in lower case, as on the wire. */
final class Words {

    private Words() {}

    @Converter
    static final class OfStatus implements AttributeConverter<JobStatus, String> {

        @Override
        public String convertToDatabaseColumn(JobStatus status) {
            return status.word();
        }

        @Override
        public JobStatus convertToEntityAttribute(String word) {
            return JobStatus.of(word);
        }
    }

    @Converter
    static final class OfInstruction implements AttributeConverter<Instruction, String> {

        @Override
        public String convertToDatabaseColumn(Instruction instruction) {
            return instruction.name().toLowerCase(Locale.ROOT);
        }

        @Override
        public Instruction convertToEntityAttribute(String word) {
            return Instruction.valueOf(word.toUpperCase(Locale.ROOT));
        }
    }
}
