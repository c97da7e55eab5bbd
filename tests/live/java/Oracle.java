import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;
import org.apache.avro.NameValidator;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaNormalization;

/**
 * Reads a schema, or "reader TAB writer", per line. Answers a line each:
 * "refused TAB reason", or "canonical TAB fingerprint", or "verdict TAB kind location, ...".
 */
public final class Oracle {
  public static void main(String[] arguments) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    PrintStream out = new PrintStream(System.out, false, "UTF-8");
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      String answer;
      try {
        int tab = line.indexOf('\t');
        answer = tab < 0 ? one(line) : two(line.substring(0, tab), line.substring(tab + 1));
      } catch (Throwable refused) {
        // The parser throws more than its own exceptions, and the checker raises about ambiguous aliases.
        answer = "refused\t" + refused.toString().replaceAll("\\s+", " ");
      }
      out.println(answer);
    }
    out.flush();
  }

  /** As the Confluent registry parses what is registered: strict names, checked defaults. */
  private static Schema parse(String text) {
    return new Schema.Parser(NameValidator.STRICT_VALIDATOR).setValidateDefaults(true).parse(text);
  }

  private static String one(String text) {
    Schema schema = parse(text);
    String canonical = SchemaNormalization.toParsingForm(schema);
    return canonical + "\t" + Long.toUnsignedString(SchemaNormalization.parsingFingerprint64(schema));
  }

  private static String two(String reader, String writer) {
    SchemaCompatibility.SchemaPairCompatibility pair =
        SchemaCompatibility.checkReaderWriterCompatibility(parse(reader), parse(writer));
    StringJoiner found = new StringJoiner(", ");
    for (SchemaCompatibility.Incompatibility one : pair.getResult().getIncompatibilities()) {
      found.add(one.getType() + " " + one.getLocation());
    }
    return pair.getResult().getCompatibility() + "\t" + found;
  }
}
