using System.Globalization;
using System.Runtime.InteropServices;

namespace SmartCourtyard.Gateway.Health;

/// <summary>Room on a disk, as statvfs(2) tells it.</summary>
internal readonly record struct DiskRoom(long FreeBytes, long Bytes, long FreeInodes, long Inodes);

/// <summary>What the kernel tells of its machine, read from its files; a test puts a folder with such files in their place.</summary>
/// <param name="root">What stands for <c>/</c>.</param>
internal sealed partial class MachineFiles(string root)
{
    // struct statvfs of every 64-bit Linux begins with eleven words of eight bytes.
    private const int StatvfsBytes = 512;

    /// <summary>The content of a file without its last line break; null where there is none.</summary>
    public string? Text(string path)
    {
        try
        {
            return File.ReadAllText(Path.Combine(root, path)).TrimEnd();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another machine, or a driver that is just being loaded.
            return null;
        }
    }

    public long? Number(string path) => long.TryParse(Text(path), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>Hexadecimal numbers in a row, such as <c>0x01 0x02</c>; empty where there are none.</summary>
    public IReadOnlyList<int> HexNumbers(string path)
        => [.. (Text(path) ?? "").Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries)
            .Select(word => int.TryParse(word.StartsWith("0x", StringComparison.Ordinal) ? word[2..] : word, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var number) ? number : -1)
            .Where(number => number >= 0)];

    /// <summary>The entries of a folder whose names begin with a word, as paths below the root.</summary>
    public IReadOnlyList<string> Entries(string folder, string prefix)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(Path.Combine(root, folder), prefix + "*").Select(p => Path.Combine(folder, Path.GetFileName(p))).Order(StringComparer.Ordinal)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Null where the kernel does not say.</summary>
    public static unsafe DiskRoom? RoomOf(string path)
    {
        var bytes = stackalloc byte[StatvfsBytes];
        new Span<byte>(bytes, StatvfsBytes).Clear();
        if (Statvfs(path, bytes) != 0)
        {
            return null;
        }

        var words = (ulong*)bytes;
        var (fragment, blocks, available, inodes, freeInodes) = (words[1], words[2], words[4], words[5], words[7]);
        return new((long)(available * fragment), (long)(blocks * fragment), (long)freeInodes, (long)inodes);
    }

    [LibraryImport("libc", EntryPoint = "statvfs", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statvfs(string path, byte* room);
}
