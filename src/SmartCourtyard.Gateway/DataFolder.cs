using System.Security.Cryptography;
using System.Text;
using Microsoft.Data.Sqlite;
using SmartCourtyard.Gateway.Journal;

namespace SmartCourtyard.Gateway;

/// <summary>
/// The folder of what must outlive the gateway. One that has served before is not needed to guard an estate: when its disk has become
/// read-only, or its journal is damaged, the gateway goes on with a copy in memory.
/// </summary>
internal static class DataFolder
{
    private const string Journal = "journal.db";
    private const UnixFileMode OnlyOwner = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    // EWOULDBLOCK: somebody else has the lock.
    private const int Taken = 11;

    // The history is large, and nothing is judged by it.
    private static readonly string[] Copied = [Journal, Journal + "-wal", "health.json", "announced.json", "subscribed.json"];

    /// <summary>Makes the folder if need be and takes it; null where another gateway has it.</summary>
    public static FileStream? TryLock(string folder)
    {
        Directory.CreateDirectory(folder, OnlyOwner);
        try
        {
            return new FileStream(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult == Taken)
        {
            return null;
        }
    }

    /// <summary>Whether a gateway has run with it. A first start that cannot keep anything is a mistake that somebody is there to see.</summary>
    public static bool HasServed(string folder) => File.Exists(Path.Combine(folder, Journal));

    /// <summary>A folder in memory that holds what could be read of another.</summary>
    public static string InMemory(string folder)
    {
        var memory = MemoryOf(folder);
        Directory.CreateDirectory(memory, OnlyOwner);
        if (!IsOurs(memory))
        {
            throw new IOException($"{memory} belongs to somebody else: remove it");
        }

        if (!HasServed(memory))
        {
            // Where a run before this one has begun here, what it left is newer than the disk.
            foreach (var file in Copied)
            {
                TryCopy(Path.Combine(folder, file), Path.Combine(memory, file));
            }
        }

        if (!Opens(Path.Combine(memory, Journal)))
        {
            foreach (var damaged in Directory.EnumerateFiles(memory, Journal + "*"))
            {
                File.Delete(damaged);
            }
        }

        return memory;
    }

    /// <summary>
    /// What a run before this one left in memory goes to the disk, if that takes it by now. A journal that is damaged is set aside.
    /// </summary>
    /// <exception cref="IOException">The disk does not take it.</exception>
    public static void BringBack(string folder)
    {
        var (memory, journal) = (MemoryOf(folder), Path.Combine(folder, Journal));
        if (!HasServed(memory) || !IsOurs(memory))
        {
            return;
        }

        // Opened and closed, a journal is one file: a log of the old one beside the new one would be its ruin.
        if (!Opens(journal) || File.Exists(journal + "-wal"))
        {
            File.Move(journal, journal + ".damaged", overwrite: true);
            File.Delete(journal + "-wal");
            File.Delete(journal + "-shm");
        }

        if (Opens(Path.Combine(memory, Journal)) && !File.Exists(Path.Combine(memory, Journal + "-wal")))
        {
            File.Copy(Path.Combine(memory, Journal), journal + ".new", overwrite: true);
            using (var copy = new FileStream(journal + ".new", FileMode.Open, FileAccess.ReadWrite))
            {
                copy.Flush(flushToDisk: true);
            }

            File.Move(journal + ".new", journal, overwrite: true);
        }

        Directory.Delete(memory, recursive: true);
    }

    // systemd's RuntimeDirectory= where there is one: nobody else can have made it.
    private static string MemoryOf(string folder) => Path.Combine(
        Environment.GetEnvironmentVariable("RUNTIME_DIRECTORY")?.Split(':')[0] ?? "/dev/shm",
        "smartcourtyard-gateway-" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(folder))))[..16]);

    // Where everybody may make folders, somebody may have made this one.
    private static bool IsOurs(string memory) => new DirectoryInfo(memory).LinkTarget is null && File.GetUnixFileMode(memory) == OnlyOwner;

    private static bool Opens(string journal)
    {
        try
        {
            JournalStore.Open(journal).Dispose();
            return true;
        }
        catch (SqliteException)
        {
            return false;
        }
    }

    private static void TryCopy(string from, string to)
    {
        try
        {
            File.Copy(from, to, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not there, or the disk cannot even read it.
        }
    }
}
