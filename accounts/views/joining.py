"""Following an invitation."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from accounts import visits
from accounts.forms import JoinForm
from accounts.http import SignedInRequest, is_signed_in
from accounts.models import Invitation, User
from accounts.permissions import public
from accounts.services import people, users
from accounts.views.sign_in import page
from tenancy.scope import platform_scope


@public("who is invited has no account yet")
@require_GET
def follow(request: HttpRequest, token: str) -> HttpResponse:
    """Takes the token out of the address, where it would stay in histories and logs."""
    request.session[visits.INVITATION] = token
    return redirect("accounts:join")


@public("who is invited has no account yet")
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    try:
        invitation = people.find_invitation(_token(request))
        if is_signed_in(request):
            return _join_as_myself(request, invitation)
        with platform_scope():
            has_account = User.objects.filter(email=invitation.email).exists()
        if has_account:
            return render(request, "accounts/join_sign_in.html", {"invitation": invitation})
        return _join_anew(request, invitation)
    except people.InvitationInvalid as error:
        return render(request, "accounts/join_invalid.html", {"reason": str(error)}, status=410)


def _join_as_myself(request: SignedInRequest, invitation: Invitation) -> HttpResponse:
    if request.method != "POST":
        return render(request, "accounts/join_as_myself.html", {"invitation": invitation})
    people.accept(_token(request), request.user)
    del request.session[visits.INVITATION]
    request.session[visits.HAS_OTHERS] = True
    visits.enter_first(request, request.user, [invitation.tenant])
    return redirect(visits.landing_url(request, request.user))


def _join_anew(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    form = JoinForm(request.POST or None, invitation=invitation)
    if not form.is_valid():
        return page(request, "accounts/join.html", form, invitation=invitation)
    user = users.create_user(email=invitation.email, **form.cleaned_data)
    people.accept(_token(request), user)
    del request.session[visits.INVITATION]
    visits.begin(request, user)
    return redirect("accounts:enroll")


def _token(request: HttpRequest) -> str:
    token: str = request.session.get(visits.INVITATION, "")
    return token
