using System.Text;

namespace SmartCourtyard.Gateway.Broker;

/// <summary>Writes a file so that a power cut leaves either the old one or the new one.</summary>
internal static class BrokerFiles
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static string ReadOrEmpty(string path) => File.Exists(path) ? File.ReadAllText(path) : "";

    /// <summary>Readable by its owner only from its first byte on. An unchanged file is left alone.</summary>
    public static void Replace(string path, string text)
    {
        if (ReadOrEmpty(path) == text && File.GetUnixFileMode(path) == OwnerOnly)
        {
            return;
        }

        var temporary = path + ".new";
        File.Delete(temporary);
        using (var file = new FileStream(temporary, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerOnly,
        }))
        {
            file.Write(Encoding.UTF8.GetBytes(text));
            file.Flush(flushToDisk: true);
        }

        File.Move(temporary, path, overwrite: true);
    }
}
