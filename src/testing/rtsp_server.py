"""An RTSP server for tests, by GStreamer: plays a video file to its end.

  python3 rtsp_server.py PORT FILE USER PASSWORD [CERTIFICATE KEY]

FILE may be "sizes:320x240,640x480" instead: a live test picture that changes its resolution every
four seconds, in turn; or "hevc:" (H.265), "vp8:", "sound:" (H.264 with sound), "rare-keys:" (H.264
with a key frame every eight seconds, the first after more than six): a live test picture of 320x240,
ten a second; "mjpeg:" as well. "stage-h264:JPEG" and "stage-mjpeg:JPEG" show fifteen times a second
what the file JPEG shows at that moment, as a camera before which something happens. The path is /video.
With an empty USER it is for everybody; a USER "digest:NAME" is asked for a digest (MD5) instead of the
password. With a certificate and its key (PEM) it speaks TLS. Prints "ready" when it listens.
"""
import sys
import time

import gi

gi.require_version("Gst", "1.0")
gi.require_version("GstRtsp", "1.0")
gi.require_version("GstRtspServer", "1.0")
from gi.repository import Gio, GLib, Gst, GstRtsp, GstRtspServer

port, file, user, password = sys.argv[1:5]
Gst.init(None)
server = GstRtspServer.RTSPServer()
server.set_address("127.0.0.1")
server.set_service(port)


factory = GstRtspServer.RTSPMediaFactory()
factory.set_shared(True)
PAY = "h264parse config-interval=-1 ! rtph264pay name=pay0 pt=96"


LIVE = "videotestsrc is-live=true pattern=ball ! video/x-raw,width=320,height=240,framerate=10/1 ! "
H264 = f"x264enc tune=zerolatency key-int-max=10 ! {PAY}"
KINDS = {
    "hevc:": LIVE + "x265enc tune=zerolatency key-int-max=10 speed-preset=ultrafast ! h265parse "
    "config-interval=-1 ! rtph265pay name=pay0 pt=96",
    "mjpeg:": LIVE + "videoconvert ! video/x-raw,format=I420 ! jpegenc ! rtpjpegpay name=pay0 pt=26",
    "vp8:": LIVE + "vp8enc deadline=1 keyframe-max-dist=10 ! rtpvp8pay name=pay0 pt=96",
    "rare-keys:": LIVE
    + f"x264enc tune=zerolatency key-int-max=80 option-string=scenecut=0 ! {PAY}",
    "sound:": LIVE + H264 + " audiotestsrc is-live=true ! alawenc ! rtppcmapay name=pay1 pt=8",
}


# Like a sensor, it keeps no backlog.
STAGE = (
    "appsrc name=stage is-live=true do-timestamp=true format=time max-buffers=1 max-bytes=0 "
    "leaky-type=downstream caps=image/jpeg,framerate=15/1"
)
STAGES = {
    "stage-h264": f"{STAGE} ! jpegdec ! videoconvert ! video/x-raw,format=I420 ! x264enc "
    f"tune=zerolatency speed-preset=ultrafast key-int-max=30 ! {PAY}",
    "stage-mjpeg": f"{STAGE} ! jpegparse ! rtpjpegpay name=pay0 pt=26",
}


def caps_of(size):
    width, height = size.split("x")
    return Gst.Caps.from_string(f"video/x-raw,width={width},height={height},framerate=10/1")


def lose_key_frames(_, media):
    """Those of the first seconds (the server asks for one), as if we came in the middle of a group."""
    end = time.monotonic() + 6.5

    def is_early(_, info):
        key = not info.get_buffer().has_flags(Gst.BufferFlags.DELTA_UNIT)
        return Gst.PadProbeReturn.DROP if key and time.monotonic() < end else Gst.PadProbeReturn.OK

    pad = media.get_element().get_by_name("pay0").get_static_pad("sink")
    pad.add_probe(Gst.PadProbeType.BUFFER, is_early)


def change_sizes(_, media, sizes):
    """Gives the running encoder the next size now and then, as a camera that is set anew."""
    sizer = media.get_element().get_by_name("size")

    def next_size(at=[0]):
        at[0] += 1
        sizer.set_property("caps", caps_of(sizes[at[0] % len(sizes)]))
        return media.get_status() != GstRtspServer.RTSPMediaStatus.UNPREPARED

    GLib.timeout_add_seconds(4, next_size)


def show_stage(_, media, picture):
    """Pushes the picture of the moment as long as somebody looks."""
    stage = media.get_element().get_by_name("stage")

    def push():
        with open(picture, "rb") as jpeg:
            pushed = stage.emit("push-buffer", Gst.Buffer.new_wrapped(jpeg.read()))
        return pushed == Gst.FlowReturn.OK

    GLib.timeout_add(1000 // 15, push)


if file.startswith("sizes:"):
    sizes = file.split(":")[1].split(",")
    factory.set_launch(
        "( videotestsrc is-live=true pattern=ball ! videoscale ! capsfilter name=size "
        f'caps="{caps_of(sizes[0]).to_string()}" ! {H264} )'
    )
    factory.connect("media-configure", change_sizes, sizes)
elif file.split(":")[0] in STAGES:
    kind, picture = file.split(":", 1)
    factory.set_launch(f"( {STAGES[kind]} )")
    factory.connect("media-configure", show_stage, picture)
elif file in KINDS:
    factory.set_launch(f"( {KINDS[file]} )")
    if file == "rare-keys:":
        factory.connect("media-configure", lose_key_frames)
else:
    factory.set_launch(f'( filesrc location="{file}" ! qtdemux ! {PAY} )')
auth = GstRtspServer.RTSPAuth()
permissions = GstRtspServer.RTSPPermissions()
for role in ("member", "anybody"):
    permissions.add_permission_for_role(role, "media.factory.access", True)
    permissions.add_permission_for_role(role, "media.factory.construct", True)
factory.set_permissions(permissions)
if len(sys.argv) > 6:
    auth.set_tls_certificate(Gio.TlsCertificate.new_from_files(*sys.argv[5:7]))
    anybody = GstRtspServer.RTSPToken()
    anybody.set_string("media.factory.role", "anybody")
    if not user:
        auth.set_default_token(anybody)
    server.set_auth(auth)
if user:
    token = GstRtspServer.RTSPToken()
    token.set_string("media.factory.role", "member")
    if user.startswith("digest:"):
        auth.set_supported_methods(GstRtsp.RTSPAuthMethod.DIGEST)
        auth.add_digest(user.removeprefix("digest:"), password, token)
    else:
        auth.add_basic(GstRtspServer.RTSPAuth.make_basic(user, password), token)
    server.set_auth(auth)
server.get_mount_points().add_factory("/video", factory)
if server.attach(None) == 0:
    sys.exit(f"cannot listen on port {port}")
print("ready", flush=True)
GLib.MainLoop().run()
