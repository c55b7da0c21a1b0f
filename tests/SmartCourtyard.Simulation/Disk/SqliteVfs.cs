using System.Runtime.InteropServices;

namespace SmartCourtyard.Simulation.Disk;

/// <summary>
/// The layer by which SQLite reaches files (its VFS), with the simulated disks below it. The databases' own code runs unchanged; only
/// this process knows of it.
/// </summary>
internal static unsafe partial class SqliteVfs
{
    private const string Library = "e_sqlite3";
    private const int NotFound = 12, CannotOpen = 14, DeleteError = 2570;
    private const int Create = 4, DeleteOnClose = 8, MainJournal = 0x800, SuperJournal = 0x4000, WriteAheadLog = 0x80000;

    // As SQLite's layer for Linux says of every file system: a write leaves the bytes beside it alone.
    private const int PowersafeOverwrite = 0x1000;
    private const int SectorBytes = 4096;
    private const double JulianUnixEpochDays = 2440587.5;

    private static readonly Methods* Calls = (Methods*)NativeMemory.AllocZeroed((nuint)sizeof(Methods));

    /// <summary>Finds the mount and the name on it; null: there is no such disk now.</summary>
    public static Func<string, (Mount Mount, string Name)?> Find { get; set; } = _ => null;

    public static Func<DateTimeOffset> Now { get; set; } = () => DateTimeOffset.UnixEpoch;

    public static void Install()
    {
        SQLitePCL.Batteries_V2.Init();
        *Calls = new Methods
        {
            Version = 2, Close = &Close, Read = &Read, Write = &Write, Truncate = &Truncate, Sync = &Sync, FileSize = &FileSize, Lock = &Lock,
            Unlock = &Unlock, CheckReservedLock = &CheckReservedLock, FileControl = &FileControl, SectorSize = &SectorSize,
            DeviceCharacteristics = &DeviceCharacteristics, SharedMap = &SharedMap, SharedLock = &SharedLock, SharedBarrier = &SharedBarrier,
            SharedUnmap = &SharedUnmap,
        };
        var vfs = (Vfs*)NativeMemory.AllocZeroed((nuint)sizeof(Vfs));
        *vfs = new Vfs
        {
            Version = 2, FileBytes = sizeof(File), PathAtMost = 512, Name = (byte*)Marshal.StringToCoTaskMemUTF8("simulated"), Open = &Open,
            Delete = &Delete, Access = &Access, FullPath = &FullPath, Randomness = &Random, Sleep = &Sleep, CurrentTime = &CurrentTime,
            GetLastError = &GetLastError, CurrentTimeInt64 = &CurrentTimeInt64,
        };
        if (Register(vfs, 1) != 0)
        {
            throw new InvalidOperationException("SQLite did not take the simulated disk");
        }
    }

    private static OpenFile Of(File* file) => (OpenFile)GCHandle.FromIntPtr(file->Handle).Target!;

    [UnmanagedCallersOnly]
    private static int Open(Vfs* vfs, byte* path, File* file, int flags, int* outFlags)
    {
        *file = default;
        if (outFlags != null)
        {
            *outFlags = flags;
        }

        OpenFile opened;
        if (path == null || (flags & DeleteOnClose) != 0)
        {
            opened = new OpenFile(new Mount(new SimulatedDisk(new Dice(0)), _ => true, _ => { }), "", new SimulatedFile(), isLog: false, isTemporary: true);
        }
        else if (Find(Marshal.PtrToStringUTF8((nint)path)!) is not var (mount, name) || mount.IsOver)
        {
            return CannotOpen;
        }
        else
        {
            var known = mount.Disk.Find(name);
            if (known is null && ((flags & Create) == 0 || mount.Disk.Faults.IsFull || !mount.Happens("create " + name)))
            {
                return CannotOpen;
            }

            opened = new OpenFile(mount, name, known ?? mount.Disk.Create(name), (flags & (MainJournal | SuperJournal | WriteAheadLog)) != 0, isTemporary: false);
        }

        file->Handle = GCHandle.ToIntPtr(GCHandle.Alloc(opened));
        file->Methods = Calls;
        return OpenFile.Ok;
    }

    [UnmanagedCallersOnly]
    private static int Close(File* file)
    {
        Of(file).Close();
        GCHandle.FromIntPtr(file->Handle).Free();
        file->Methods = null;
        return OpenFile.Ok;
    }

    [UnmanagedCallersOnly]
    private static int Delete(Vfs* vfs, byte* path, int syncFolder)
    {
        if (Find(Marshal.PtrToStringUTF8((nint)path)!) is not var (mount, name) || mount.IsOver)
        {
            return DeleteError;
        }

        mount.Disk.Delete(name, syncFolder != 0);
        return mount.Happens("delete " + name) ? OpenFile.Ok : DeleteError;
    }

    [UnmanagedCallersOnly]
    private static int Access(Vfs* vfs, byte* path, int flags, int* answer)
    {
        var there = Find(Marshal.PtrToStringUTF8((nint)path)!) is var (mount, name) && mount.Disk.Find(name) is { Length: > 0 };
        *answer = there ? 1 : 0;
        return OpenFile.Ok;
    }

    [UnmanagedCallersOnly]
    private static int FullPath(Vfs* vfs, byte* path, int length, byte* answer)
    {
        var i = 0;
        do
        {
            if (i == length)
            {
                return CannotOpen;
            }

            answer[i] = path[i];
        }
        while (path[i++] != 0);
        return OpenFile.Ok;
    }

    [UnmanagedCallersOnly]
    private static int Random(Vfs* vfs, int length, byte* into)
    {
        Simulation.Randomness.Fill(into, length);
        return length;
    }

    [UnmanagedCallersOnly]
    private static int Sleep(Vfs* vfs, int microseconds) => microseconds;

    [UnmanagedCallersOnly]
    private static int CurrentTime(Vfs* vfs, double* answer)
    {
        *answer = JulianUnixEpochDays + ((Now() - DateTimeOffset.UnixEpoch).TotalDays);
        return OpenFile.Ok;
    }

    [UnmanagedCallersOnly]
    private static int CurrentTimeInt64(Vfs* vfs, long* answer)
    {
        *answer = (long)(JulianUnixEpochDays * 86_400_000) + Now().ToUnixTimeMilliseconds();
        return OpenFile.Ok;
    }

    [UnmanagedCallersOnly]
    private static int GetLastError(Vfs* vfs, int length, byte* text) => OpenFile.Ok;

    [UnmanagedCallersOnly]
    private static int Read(File* file, void* into, int length, long offset) => Of(file).Read(new Span<byte>(into, length), offset);

    [UnmanagedCallersOnly]
    private static int Write(File* file, void* from, int length, long offset) => Of(file).Write(new ReadOnlySpan<byte>(from, length), offset);

    [UnmanagedCallersOnly]
    private static int Truncate(File* file, long length) => Of(file).Truncate(length);

    [UnmanagedCallersOnly]
    private static int Sync(File* file, int flags) => Of(file).Sync();

    [UnmanagedCallersOnly]
    private static int FileSize(File* file, long* answer)
    {
        *answer = Of(file).Length;
        return OpenFile.Ok;
    }

    [UnmanagedCallersOnly]
    private static int Lock(File* file, int level) => Of(file).Lock(level);

    [UnmanagedCallersOnly]
    private static int Unlock(File* file, int level) => Of(file).SetLock(level);

    [UnmanagedCallersOnly]
    private static int CheckReservedLock(File* file, int* answer)
    {
        *answer = Of(file).IsReserved ? 1 : 0;
        return OpenFile.Ok;
    }

    [UnmanagedCallersOnly]
    private static int FileControl(File* file, int what, void* argument) => NotFound;

    [UnmanagedCallersOnly]
    private static int SectorSize(File* file) => SectorBytes;

    [UnmanagedCallersOnly]
    private static int DeviceCharacteristics(File* file) => PowersafeOverwrite;

    [UnmanagedCallersOnly]
    private static int SharedMap(File* file, int region, int bytes, int extend, void** answer)
    {
        var code = Of(file).MapShared(region, bytes, extend != 0, out var address);
        *answer = (void*)address;
        return code;
    }

    [UnmanagedCallersOnly]
    private static int SharedLock(File* file, int offset, int count, int flags) => Of(file).LockRegions(offset, count, flags);

    [UnmanagedCallersOnly]
    private static void SharedBarrier(File* file) => Thread.MemoryBarrier();

    [UnmanagedCallersOnly]
    private static int SharedUnmap(File* file, int delete)
    {
        Of(file).UnmapShared(delete != 0);
        return OpenFile.Ok;
    }

    [LibraryImport(Library, EntryPoint = "sqlite3_vfs_register")]
    private static partial int Register(Vfs* vfs, int makeDefault);

    /// <summary>sqlite3_file with what is ours behind it.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct File
    {
        public Methods* Methods;
        public nint Handle;
    }

    /// <summary>sqlite3_io_methods, version 2.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Methods
    {
        public int Version;
        public delegate* unmanaged<File*, int> Close;
        public delegate* unmanaged<File*, void*, int, long, int> Read;
        public delegate* unmanaged<File*, void*, int, long, int> Write;
        public delegate* unmanaged<File*, long, int> Truncate;
        public delegate* unmanaged<File*, int, int> Sync;
        public delegate* unmanaged<File*, long*, int> FileSize;
        public delegate* unmanaged<File*, int, int> Lock;
        public delegate* unmanaged<File*, int, int> Unlock;
        public delegate* unmanaged<File*, int*, int> CheckReservedLock;
        public delegate* unmanaged<File*, int, void*, int> FileControl;
        public delegate* unmanaged<File*, int> SectorSize;
        public delegate* unmanaged<File*, int> DeviceCharacteristics;
        public delegate* unmanaged<File*, int, int, int, void**, int> SharedMap;
        public delegate* unmanaged<File*, int, int, int, int> SharedLock;
        public delegate* unmanaged<File*, void> SharedBarrier;
        public delegate* unmanaged<File*, int, int> SharedUnmap;
    }

    /// <summary>sqlite3_vfs, version 2.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Vfs
    {
        public int Version;
        public int FileBytes;
        public int PathAtMost;
        public Vfs* Next;
        public byte* Name;
        public void* Data;
        public delegate* unmanaged<Vfs*, byte*, File*, int, int*, int> Open;
        public delegate* unmanaged<Vfs*, byte*, int, int> Delete;
        public delegate* unmanaged<Vfs*, byte*, int, int*, int> Access;
        public delegate* unmanaged<Vfs*, byte*, int, byte*, int> FullPath;
        public void* LibraryOpen;
        public void* LibraryError;
        public void* LibrarySymbol;
        public void* LibraryClose;
        public delegate* unmanaged<Vfs*, int, byte*, int> Randomness;
        public delegate* unmanaged<Vfs*, int, int> Sleep;
        public delegate* unmanaged<Vfs*, double*, int> CurrentTime;
        public delegate* unmanaged<Vfs*, int, byte*, int> GetLastError;
        public delegate* unmanaged<Vfs*, long*, int> CurrentTimeInt64;
    }
}
