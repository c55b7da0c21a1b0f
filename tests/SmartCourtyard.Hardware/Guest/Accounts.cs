using System.Runtime.InteropServices;

namespace SmartCourtyard.Hardware.Guest;

/// <summary>Does something with the rights of an account that has none but those of the group root, in which it stays.</summary>
internal static partial class Accounts
{
    private const uint Nobody = 65_534;

    public static T AsNobody<T>(Func<T> does)
    {
        T result = default!;
        Exception? failed = null;
        // Each thread has its own file-system identity; the kernel takes root's right to every file along with it.
        var thread = new Thread(() =>
        {
            try
            {
                _ = SetFileSystemUser(Nobody);
                result = does();
            }
            catch (Exception e)
            {
                failed = e;
            }
        });
        thread.Start();
        thread.Join();
        return failed is null ? result : throw new InvalidOperationException("as nobody", failed);
    }

    [LibraryImport("libc", EntryPoint = "setfsuid")]
    private static partial int SetFileSystemUser(uint user);
}
