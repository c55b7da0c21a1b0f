using System.Text;
using System.Text.Unicode;
using SmartCourtyard.Courtyards;

namespace SmartCourtyard.Gateway.Site;

/// <summary>Reads the file that describes an estate, and names every mistake in it at once.</summary>
internal static class SiteFile
{
    private const int MaxBytes = 8 * 1024 * 1024;

    public static SiteResult Read(string path)
    {
        byte[] bytes;
        try
        {
            long length = new FileInfo(path).Length;
            if (length > MaxBytes)
            {
                return Bad(path, 1, 1, $"the file has {length} bytes", $"at most {MaxBytes} bytes (8 MiB)");
            }
            bytes = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Bad(path, 1, 1, $"the file cannot be read ({e.Message})", "a file that the gateway's user may read");
        }
        return FindNotUtf8(bytes) is (int line, int column, byte found)
            ? Bad(path, line, column, $"byte 0x{found:X2} is not UTF-8", "text in UTF-8")
            : Parse(Encoding.UTF8.GetString(bytes), path) with { Bytes = bytes };
    }

    public static SiteResult Parse(string yaml, string fileName)
    {
        var mistakes = new SiteMistakes(fileName);
        if (yaml.Length > MaxBytes)
        {
            return Bad(fileName, 1, 1, $"the file has {yaml.Length} characters", $"at most {MaxBytes} bytes (8 MiB)");
        }
        YamlNode? root = YamlTree.Load(yaml.TrimStart('\uFEFF'), mistakes);
        var reader = new SiteReader(mistakes);
        Courtyard? courtyard = root is null ? null : reader.Courtyard(root);
        return mistakes.Any
            ? new SiteResult(null, mistakes.Sorted()) { Listed = reader.Listed }
            : new SiteResult(courtyard, []) { Listed = reader.Listed, Rules = reader.Rules(), Effects = reader.Effects.Effects, Confirm = reader.Effects.ConfirmWithin, Speech = reader.Speech(), SourceNames = reader.SourceNames() };
    }

    private static SiteResult Bad(string file, int line, int column, string wrong, string allowed) =>
        new(null, [new SiteMistake(file, line, column, wrong, allowed)]);

    private static (int Line, int Column, byte Found)? FindNotUtf8(ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes))
        {
            return null;
        }
        int line = 1, column = 1;
        while (Rune.DecodeFromUtf8(bytes, out Rune rune, out int used) == System.Buffers.OperationStatus.Done)
        {
            (line, column) = rune.Value == '\n' ? (line + 1, 1) : (line, column + rune.Utf16SequenceLength);
            bytes = bytes[used..];
        }
        return (line, column, bytes.IsEmpty ? (byte)0 : bytes[0]);
    }
}
